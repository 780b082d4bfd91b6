// The head as stock layers. In: the network's plan. Out: layers from the encoder's state to the outputs: [K] of a point forecast, else
// [K × P], the numbers of each part through its activation.
import { mixName, type NetworkPlan } from "../model/parameters.js";
import { inputLayer, type StockLayer, zeros } from "./stock-layers.js";

/** @param state name of the layer that gives the encoder's state */
export function headLayers({ head, mix }: NetworkPlan, state: string): StockLayer[] {
  const { parts } = head;
  const [first] = parts;
  const isPoint = parts.length === 1 && first!.activation === "linear";
  const layers = parts.map(({ name, outputs, activation }) =>
    // A softmax is over the numbers of a step, which stand apart only later on.
    dense(name, outputs, activation === "softmax" ? "linear" : activation, state),
  );
  if (mix !== null) {
    const { name, outputs } = first!;
    layers.unshift(
      inputLayer("candidates", [mix.candidates, outputs]),
      dense(mixName, mix.candidates, "softmax", state),
    );
    layers.push(
      { className: "Dot", name: "mixed", config: { axes: [1, 1], normalize: false }, from: [mixName, "candidates"] },
      { className: "Add", name: "forecast", config: {}, from: [name, "mixed"] },
    );
  }
  if (isPoint) return layers;
  const bySteps = parts.map(({ name, width, outputs, activation }, p): StockLayer[] => {
    const from = p === 0 && mix !== null ? "forecast" : name;
    const steps = `${name}_steps`;
    const shaped = layerOf("Reshape", steps, { target_shape: [outputs / width, width] }, from);
    const shares = layerOf("Activation", `${name}_softmax`, { activation: "softmax" }, steps);
    return activation === "softmax" ? [shaped, shares] : [shaped];
  });
  layers.push(...bySteps.flat());
  if (parts.length > 1)
    layers.push({
      className: "Concatenate",
      name: "head_parts",
      config: { axis: -1 },
      from: bySteps.map((own) => own.at(-1)!.name),
    });
  return layers;
}

function dense(name: string, units: number, activation: string, from: string): StockLayer {
  return layerOf("Dense", name, { units, activation, use_bias: true, ...zeros("kernel", "bias") }, from);
}

function layerOf(className: string, name: string, config: StockLayer["config"], from: string): StockLayer {
  return { className, name, config, from: [from] };
}
