// Starts the theme's search when a reader uses it; until then no page loads its engine or its index.
// Replaces the engine; the engine's file name follows the "#".
(function () {
  "use strict";
  var SETUP = 0, READY = 1, RESULT = 3;
  var engine = location.hash.slice(1);
  var answer = postMessage.bind(self);
  var setup = null;
  var asked = [];
  var begun = false;

  function hand(message) {
    dispatchEvent(new MessageEvent("message", { data: message }));
  }

  function begin(index) {
    removeEventListener("message", hear);
    importScripts(engine);
    self.postMessage = function (message) {
      if (message.type !== READY) return answer(message);
      self.postMessage = answer;
      asked.forEach(hand);
    };
    hand({ type: SETUP, data: { config: index.config, docs: index.docs, options: setup.data.options } });
  }

  function hear(event) {
    if (event.data.type === SETUP) {
      setup = event.data;
      answer({ type: READY });
      return;
    }
    if (!begun && !event.data.data.trim()) {
      answer({ type: RESULT, data: { items: [] } });
      return;
    }
    asked.push(event.data);
    if (begun) return;
    begun = true;
    fetch("../../../search/texts.json").then(function (found) { return found.json(); }).then(begin).catch(function () {
      begun = false;
      answer({ type: RESULT, data: { items: [] } });
    });
  }

  if (/^search\.[0-9a-z]+\.min\.js$/.test(engine)) addEventListener("message", hear);
})();
