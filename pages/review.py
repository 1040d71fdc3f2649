"""Review: which tiles need eyes, and why; one key decides, and the decision is stored before the page moves on."""

from dashboard.components import review_desk, top_bar

review_desk.show(top_bar.show("Review"))
