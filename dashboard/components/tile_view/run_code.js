// A run-length code explained: its runs as text beside the picture, numbered and lit up on it.

const NUMBERED = 5; // runs with a number on the picture
const TAG = { width: 18, step: 21, away: 30 }; // CSS pixels

const HOW = "Pairs of start and length. Pixels are counted from 1, down each column, then on at the top of the next column to the right.";
const DIAGRAM = `<svg viewBox="0 0 74 44" width="74" height="44" aria-hidden="true">
  <g fill="none" stroke="var(--line)"><path d="M4 2h66v40h-66zM20.5 2v40M37 2v40M53.5 2v40"/></g>
  <g fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">
    <path d="M12 7v29m-3-4 3 4 3-4M28.5 7v29m-3-4 3 4 3-4M45 7v29m-3-4 3 4 3-4"/>
    <path d="M15 36 25.5 8M31.500 36 42 8" stroke-dasharray="2 3" opacity=".55"/></g></svg>`;

class RunCode {
  /** `chosen(run or -1, whether on the picture)` is called when the pointer or a key is at another run. */
  constructor(chosen) {
    this.chosen = chosen;
    this.run = -1;
    this.title = element("h4");
    this.list = element("div", { class: "runs" });
    this.words = element("p", { class: "words", role: "status" });
    this.root = element("section", { class: "code" }, this.title);
    this.how = element("div", { class: "how" });
    this.how.innerHTML = DIAGRAM;
    this.how.append(element("p", {}, HOW));
    this.root.append(this.how, this.list, this.words);
    this.list.addEventListener("pointermove", (event) => this.choose(Number(event.target.closest(".run")?.dataset.run ?? -1)));
    this.list.addEventListener("pointerleave", () => this.choose(-1));
  }

  /** Explain `mask`, which is the `name` ("label" or "prediction"); null where there is none. */
  show(mask, name) {
    this.mask = mask;
    this.run = -1;
    const runs = mask?.runs ?? [];
    const pixels = runs.reduce((sum, [, length]) => sum + length, 0);
    this.title.replaceChildren("Run-length code of the ", name, element("small", {}, count(runs.length, "run"), " · ", count(pixels, "pixel")));
    this.list.replaceChildren(
      ...runs.map(([start, length], i) => {
        const number = i < NUMBERED ? [element("sup", {}, String(i + 1))] : [];
        return element("span", { class: "run", "data-run": i }, ...number, element("b", {}, String(start)), ` ${length}`);
      }),
    );
    this.how.hidden = !runs.length;
    this.say();
  }

  choose(run, onPicture = false) {
    if (run === this.run) return;
    this.list.children[this.run]?.classList.remove("lit");
    this.run = run;
    this.list.children[run]?.classList.add("lit");
    this.say();
    this.chosen(run, onPicture);
  }

  /** Go to the run before or after, bringing it into sight. */
  step(by) {
    const last = (this.mask?.runs.length ?? 0) - 1;
    this.choose(Math.max(0, Math.min(last, this.run + by)));
    this.reveal();
  }

  /** Light up the run that holds pixel (x, y) of the tile, if any. */
  chooseAt(x, y) {
    const pixel = x * this.mask.height + y + 1;
    this.choose(this.mask.runs.findIndex(([start, length]) => pixel >= start && pixel < start + length), true);
    this.reveal();
  }

  reveal() {
    const token = this.list.children[this.run];
    if (token) this.list.scrollTop = token.offsetTop - this.list.offsetTop - this.list.clientHeight / 2;
  }

  say() {
    if (!this.mask) this.words.textContent = "This tile has no label.";
    else if (!this.mask.runs.length) this.words.textContent = "No salt: the code is empty.";
    else if (this.run < 0) this.words.textContent = "Point at a run, here or on the picture, or step through them with the keys , and .";
    else this.words.textContent = runInWords(this.mask, this.run);
  }
}

function runInWords(mask, run) {
  const [start, length] = mask.runs[run];
  const at = (pixel) => `row ${((pixel - 1) % mask.height) + 1}, column ${Math.floor((pixel - 1) / mask.height) + 1}`;
  const end = start + length - 1;
  const columns = Math.floor((end - 1) / mask.height) - Math.floor((start - 1) / mask.height) + 1;
  const across = columns > 1 ? `, over ${columns} columns` : "";
  const where = length > 1 ? `${at(start)} to ${at(end)}${across}` : at(start);
  return `Run ${run + 1}: from pixel ${start.toLocaleString("en")}, ${count(length, "pixel")}: ${where}.`;
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** SVG over a picture of `width`×`height` CSS pixels: the first runs with their numbers. */
function numberedRuns(mask, box, width, height) {
  const scale = width / box.width;
  const first = mask.runs.slice(0, NUMBERED).map((run, i) => ({ number: i + 1, ...runPlace(mask, run, box, scale) }));
  const places = first.filter(({ x, top, bottom }) => x > 0 && x < width && bottom > 0 && top < height);
  if (!places.length) return "";
  const right = places[0].x < TAG.away + TAG.width;
  const x = right ? places.at(-1).x + TAG.away : places[0].x - TAG.away;
  const top = Math.min(Math.max(places[0].top + 14, 12), height - TAG.step * places.length);
  return places.map((place, i) => tagged(place, x, top + i * TAG.step)).join("");
}

/** Where the first column of a run lies on the picture: x of its middle, top and bottom, in CSS pixels. */
function runPlace(mask, [start, length], box, scale) {
  const [column, row] = [Math.floor((start - 1) / mask.height), (start - 1) % mask.height];
  const end = Math.min(row + length, mask.height);
  return { x: (column + 0.5 - box.x) * scale, top: (row - box.y) * scale, bottom: (end - box.y) * scale };
}

function tagged({ number, x, top, bottom }, tagX, tagY) {
  const y = Math.min(Math.max(tagY, top + 2), bottom - 2);
  return `<path d="M${tagX} ${tagY}L${x} ${y}"/><circle cx="${x}" cy="${y}" r="2.5"/>
    <rect x="${tagX - TAG.width / 2}" y="${tagY - 8}" width="${TAG.width}" height="16" rx="8"/>
    <text x="${tagX}" y="${tagY + 4}">${number}</text>`;
}
