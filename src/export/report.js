'use strict';
// Finds what is typed, without regard to case and accents: marks it, counts it by chapter, and goes from hit to hit.
(() => {
  const box = document.querySelector('.find input');
  const count = document.querySelector('.find output');
  const units = [...document.querySelectorAll('.text p')];
  let hits = [], at = -1, timer = 0;

  // One character for one: places in the folded text are places in the text.
  const fold = (text) => Array.from({ length: text.length }, (_, n) => {
    const plain = text[n].normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return plain.length === 1 ? plain : text[n];
  }).join('');
  const folded = new Map();
  const foldedOf = (unit) => {
    if (!folded.has(unit)) folded.set(unit, fold(unit.textContent));
    return folded.get(unit);
  };

  const mark = (unit, wanted, ranges) => {
    const walker = document.createTreeWalker(unit, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = fold(node.data);
      for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
        const range = new Range();
        range.setStart(node, from);
        range.setEnd(node, from + wanted.length);
        ranges.push(range);
      }
    }
  };

  const find = () => {
    const wanted = fold(box.value.trim());
    document.body.classList.toggle('searching', wanted !== '');
    hits.forEach((unit) => unit.classList.remove('hit', 'now'));
    document.querySelectorAll('nav a[data-hits]').forEach((link) => delete link.dataset.hits);
    hits = wanted ? units.filter((unit) => foldedOf(unit).includes(wanted)) : [];
    at = -1;
    const ranges = [], byChapter = new Map();
    hits.forEach((unit) => {
      unit.classList.add('hit');
      mark(unit, wanted, ranges);
      const id = unit.parentElement.id;
      byChapter.set(id, (byChapter.get(id) || 0) + 1);
    });
    byChapter.forEach((n, id) => {
      const link = document.querySelector(`nav a[href="#${id}"]`);
      if (link) link.dataset.hits = n;
    });
    if (window.Highlight && CSS.highlights) CSS.highlights.set('found', new Highlight(...ranges.slice(0, 5000)));
    count.textContent = wanted === '' ? '' : hits.length === 1 ? '1 passage' : `${hits.length} passages`;
  };

  const go = (step) => {
    if (hits.length === 0) return;
    if (at >= 0) hits[at].classList.remove('now');
    at = (at + step + hits.length) % hits.length;
    hits[at].classList.add('now');
    hits[at].scrollIntoView({ block: 'center' });
    count.textContent = `${at + 1} of ${hits.length}`;
  };

  box.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(find, 150); });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') { event.preventDefault(); go(event.shiftKey ? -1 : 1); }
    if (event.key === 'Escape') { box.value = ''; find(); }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== box) { event.preventDefault(); box.focus(); }
  });
})();
