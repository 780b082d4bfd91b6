// Stock TensorFlow.js layers as data, and how they hang together. In: layers, each with what it is fed. Out: a model's topology:
// a Sequential one where each layer is fed by the one before, else one with its connections named.

/** One of the tensors that a layer gives, the first unless said otherwise. */
export type Source = string | { readonly layer: string; readonly output: number };

export interface StockLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Empty for an input of the model. */
  readonly from: readonly Source[];
}

/** @param shape without the batch */
export function inputLayer(name: string, shape: readonly number[]): StockLayer {
  return {
    className: "InputLayer",
    name,
    config: { batch_input_shape: [null, ...shape], dtype: "float32", sparse: false },
    from: [],
  };
}

/** A layer or, inside a Bidirectional one, part of it. */
export function layerJson({ className, name, config }: Pick<StockLayer, "className" | "name" | "config">): object {
  return { class_name: className, config: { name, trainable: true, ...config } };
}

/** Initialisers that cost nothing: the weights are loaded. */
export function zeros(...names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [`${name}_initializer`, { class_name: "Zeros", config: {} }]));
}

/** @param layers in an order in which each comes after those it is fed by @param outputs names of layers */
export function topology(layers: readonly StockLayer[], outputs: readonly string[]): object {
  const isChain = layers.every(({ from }, i) => (i === 0 ? from.length === 0 : from.join() === layers[i - 1]!.name));
  const [input, ...rest] = layers;
  if (isChain && input !== undefined && rest[0] !== undefined) {
    const { batch_input_shape, dtype } = input.config;
    const first = { ...rest[0], config: { ...rest[0].config, batch_input_shape, dtype } };
    return { class_name: "Sequential", config: { name: "hindcast", layers: [first, ...rest.slice(1)].map(layerJson) } };
  }
  return {
    class_name: "Model",
    config: {
      name: "hindcast",
      layers: layers.map((layer) => ({
        name: layer.name,
        ...layerJson(layer),
        inbound_nodes: layer.from.length === 0 ? [] : [layer.from.map(connection)],
      })),
      input_layers: layers.filter(({ from }) => from.length === 0).map(({ name }) => connection(name).slice(0, 3)),
      output_layers: outputs.map((name) => connection(name).slice(0, 3)),
    },
  };
}

/** Layer, which use of it, which of its tensors, and arguments of the call. */
function connection(source: Source): unknown[] {
  return typeof source === "string" ? [source, 0, 0, {}] : [source.layer, 0, source.output, {}];
}
