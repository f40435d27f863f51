package io.blockwork.engine.onednn;

import io.blockwork.engine.Kernel;
import io.blockwork.engine.Quantization;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import io.blockwork.engine.onednn.PlanTensor.Storage;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.memory;

/**
 * An inference pass some of whose layers compute in integers. Layers that cannot are bound in
 * single precision, to tensors of their own into which bytes are turned before and out of which
 * they are made afterwards.
 */
final class QuantizedPass {
  private final StepRecorder recorded;
  private final List<ByteChoice.Layer> layers;

  /**
   * Memory of floats for what is stored as bytes: one for each input of a layer, and the output.
   */
  private final List<Storage> apart = new ArrayList<>();

  private final Map<Storage, Long> elements;

  /**
   * Decides how each layer is computed.
   *
   * @param recorded all layers
   * @param input the images
   * @param outputs the results
   */
  QuantizedPass(
      StepRecorder recorded,
      PlanTensor input,
      List<PlanTensor> outputs,
      Quantization quantization) {
    this.recorded = recorded;
    this.layers = ByteChoice.of(recorded.steps(), input, outputs, quantization);
    this.elements = new LinkedHashMap<>();
    occupy(new ByteValue(input, false, Optional.empty()));
    for (ByteChoice.Layer layer : layers) {
      List<ByteValue> values = new ArrayList<>(layer.reads());
      values.add(layer.write());
      for (int i = 0; i < values.size(); i++) {
        occupy(values.get(i));
        if (layer.bytes().isEmpty() && values.get(i).bytes()) {
          elements.merge(apart(i), values.get(i).tensor().elements(), Math::max);
        }
      }
    }
  }

  private void occupy(ByteValue value) {
    long floats = value.tensor().whole().elements();
    long needed = value.bytes() ? (floats + Float.BYTES - 1) / Float.BYTES : floats;
    elements.merge(value.tensor().storage(), needed, Math::max);
  }

  private Storage apart(int number) {
    while (apart.size() <= number) {
      apart.add(new Storage("floats " + apart.size()));
    }
    return apart.get(number);
  }

  /** Memory for one image of each storage, in floats. */
  Map<Storage, Long> elements() {
    return elements;
  }

  /** How each layer is computed. */
  List<ByteChoice.Layer> layers() {
    return layers;
  }

  /** Makes the kernels. */
  void compile(BoundPlan plan, Parameters parameters, PlanWeights weights) {
    InferenceRecorder floats = new InferenceRecorder(parameters, weights);
    ByteMemory bytes = new ByteMemory(plan);
    for (int i = 0; i < layers.size(); i++) {
      Step step = recorded.steps().get(i);
      ByteChoice.Layer layer = layers.get(i);
      List<Runnable> calls = new ArrayList<>();
      if (layer.bytes().isPresent()) {
        ByteLayer byteLayer = layer.bytes().get();
        DeferredKernel kernel =
            new DeferredKernel(
                step.path(),
                e -> byteLayer.compile(e, bytes, weights, layer.reads(), layer.write()));
        kernel.compile(plan);
        calls.add(kernel::run);
      } else {
        compileFloats(plan, floats, bytes, step, layer, calls);
      }
      recorded.kernel(i).set(calls);
    }
    plan.finish();
  }

  private void compileFloats(
      BoundPlan plan,
      InferenceRecorder floats,
      ByteMemory bytes,
      Step step,
      ByteChoice.Layer layer,
      List<Runnable> calls) {
    Emitter before = new Emitter(plan, step.path());
    Emitter after = new Emitter(plan, step.path());
    List<PlanTensor> reads = new ArrayList<>();
    for (int i = 0; i < layer.reads().size(); i++) {
      ByteValue value = layer.reads().get(i);
      if (value.bytes()) {
        PlanTensor own = own(i, value.tensor());
        memory dense = bytes.read(before, value, Scratch.SOURCE);
        bytes.dequantize(before, dense, value.knownGrid(), plan.memory(own));
        reads.add(own);
      } else {
        reads.add(value.tensor());
      }
    }
    ByteValue to = layer.write();
    PlanTensor write = to.bytes() ? own(layer.reads().size(), to.tensor()) : to.tensor();
    Kernel kernel = step.floats().bind(floats, reads, write);
    ((DeferredKernel) kernel).compile(plan);
    if (to.bytes()) {
      memory target = bytes.target(to, Scratch.TARGET);
      bytes.quantize(after, plan.memory(write), to.knownGrid(), target);
      bytes.written(after, target, to);
    }
    calls.addAll(Arrays.asList(before.calls()));
    calls.add(kernel::run);
    calls.addAll(Arrays.asList(after.calls()));
  }

  private PlanTensor own(int number, PlanTensor like) {
    return PlanTensor.whole(apart(number), like.channels(), like.height(), like.width());
  }
}
