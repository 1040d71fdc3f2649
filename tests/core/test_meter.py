from core.meter import Meter, rate_in_words


def test_steady_work_has_its_rate_and_time_left() -> None:
    meter = Meter()
    for tick in range(1, 41):
        meter.update(tick / 4, done=tick * 5, total=1000)
    assert abs(meter.rate - 20) < 1e-9
    assert abs(meter.seconds_left(10.0) - 40) < 1e-9
    assert abs(meter.seconds_left(11.0) - 39) < 1e-9


def test_slow_steps_between_many_looks_do_not_shake_the_rate() -> None:
    meter = Meter()
    for tick in range(1, 401):
        meter.update(tick / 4, done=tick // 80, total=10)  # one step every 20 s, looked at 4 times a second
    assert abs(meter.rate - 0.05) < 1e-3


def test_a_slow_start_is_forgotten() -> None:
    meter = Meter()
    meter.update(0.0, 0, 10_000)
    meter.update(30.0, 1, 10_000)  # the first step compiles
    for tick in range(1, 241):
        meter.update(30 + tick / 4, 1 + tick * 10, 10_000)
    assert 39 < meter.rate < 41


def test_a_new_phase_begins_anew() -> None:
    meter = Meter()
    meter.update(1.0, 0, 100)
    meter.update(2.0, 50, 100)
    meter.update(3.0, 0, 100)
    assert meter.rate is None
    assert meter.seconds_left(3.0) is None
    meter.update(4.0, 10, 100)
    assert meter.rate == 10
    meter.update(5.0, 20, 200)
    assert meter.rate is None


def test_without_a_total_there_is_a_rate_and_no_time_left() -> None:
    meter = Meter()
    meter.update(1.0, 0, None)
    meter.update(2.0, 7, None)
    assert meter.rate == 7
    assert meter.seconds_left(2.0) is None


def test_a_rate_in_words() -> None:
    assert rate_in_words(None) == "" and rate_in_words(0.0) == ""
    assert [rate_in_words(rate) for rate in (0.26, 31.4, 12_345.6)] == ["0.3/s", "31/s", "12,346/s"]
    assert rate_in_words(2.0, tiles_per_second=160.2) == "160 tiles/s"
