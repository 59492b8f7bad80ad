// Votes move questions up, but not under somebody's finger: while a reader is at the list, it stays as it is.
const CALM = 2000; // ms
const A_VOTE = 10 ** 10; // more than any id, as in chat/rooms/queries.py

export class Ranking {
  constructor(room, panels) {
    this.panels = panels;
    this.waiting = new Set();
    this.touched = -CALM;
    for (const kind of ["pointermove", "pointerdown", "keydown", "touchmove"])
      room.addEventListener(kind, ({ target }) => { if (target.closest("#questions-open")) this.touched = performance.now(); }, { passive: true });
    panels.onRank = (count) => this.voted(count);
  }

  voted(count) {
    this.waiting.add(count);
    this.later ??= setTimeout(() => this.rank(), CALM / 2);
  }

  rank() {
    const busy = this.touched + CALM - performance.now();
    this.later = busy > 0 ? setTimeout(() => this.rank(), busy) : undefined;
    if (this.later) return;
    for (const count of this.waiting) {
      const question = this.panels.find(count.dataset.ranks);
      if (!question?.contains(count)) continue;
      question.dataset.order = question.dataset.id - A_VOTE * count.textContent;
      this.panels.put(question);
    }
    this.waiting.clear();
  }
}
