// See vue.d.ts
import { computed, defineComponent, h, onMounted, shallowRef, toValue, watch } from "vue";
import { ATTRIBUTES, EVENTS, START, attributes, calls, connect, observe, same } from "./element.js";

// Return the component of the element `tag`, called `name`.
export const component = (tag, name) => defineComponent({
  name,
  props: { ...Object.fromEntries([...ATTRIBUTES, "options", "messages"].map((name) => [name, null])), leaveOpen: Boolean },
  emits: EVENTS,
  setup(props, { emit, expose, slots }) {
    const element = shallowRef();
    expose({ element });
    onMounted(() => watch(() => [props.manifest, same(props.options, props.messages), props.options?.now].join(), (_, __, stopped) =>
      stopped(connect(element.value, props, emit)), { immediate: true }));
    return () => h(tag, { ...attributes(props), ref: element }, slots.default?.());
  },
});

export const PolicyPrompt = component("policy-prompt", "PolicyPrompt");

export const usePolicies = (options) => {
  const state = shallowRef(START);
  onMounted(() => watch(() => same(toValue(options)), (_, __, stopped) =>
    stopped(observe(toValue(options), (next) => { state.value = next; })), { immediate: true }));
  const part = (name) => computed(() => state.value[name]);
  return { client: part("client"), decision: part("decision"), ready: part("ready"), ...calls(() => state.value.client) };
};
