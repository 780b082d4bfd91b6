// Gradients of TensorFlow.js's operations, apart because only training needs them and they cost start-up time.

/** Registers the gradient of every stock operation. Needed once before the first tf.variableGrads; inference goes without. */
export async function loadGradients(): Promise<void> {
  // tfjs-core registers none by itself, and its file that does cannot be imported by Node; the layers package registers them all.
  await import("@tensorflow/tfjs-layers");
}
