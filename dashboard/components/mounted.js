// A component's one instance for each element that it is mounted at. Streamlit calls the script with every change of
// the data, and what it returned not only when the element goes, but also when the data changed before the script came.

/** What a component exports: `Kind`s are made of the element that `selector` finds and are told to `update(data)`. */
function mountedAs(Kind, selector = ".saltscope") {
  const mounted = new WeakMap();
  return ({ parentElement, data, setTriggerValue, setStateValue }) => {
    if (!mounted.has(parentElement)) mounted.set(parentElement, new Kind(parentElement.querySelector(selector), data));
    const instance = mounted.get(parentElement);
    Object.assign(instance, { trigger: setTriggerValue, state: setStateValue });
    instance.update(data);
    return () => {
      if (parentElement.isConnected) return; // nothing has gone
      instance.remove();
      mounted.delete(parentElement);
    };
  };
}
