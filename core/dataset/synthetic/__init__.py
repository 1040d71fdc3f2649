"""Made-up seismic tiles with known salt, for the demo and the tests: nothing of any real survey is in them.

`plan` draws what each section is to be, `geology` lays its layers and salt, `imaging` turns them into a seismic
picture, `labels` draws the masks, `survey` cuts all of it into tiles, `kaggle` writes files, `demo` imports them.
"""

from core.dataset.synthetic.demo import make_demo
from core.dataset.synthetic.kaggle import write_kaggle
from core.dataset.synthetic.survey import Survey, simulate

__all__ = ["Survey", "make_demo", "simulate", "write_kaggle"]
