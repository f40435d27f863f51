package io.blockwork.cuda;

import io.blockwork.engine.Gradient;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.parameters.ParameterInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation between a tensor and another; {@code other} is a second input of the first one's
 * shape, or one pixel of it.
 *
 * @param name for the report
 * @param input channels, height and width
 * @param output channels, height and width
 * @param gate whether the second input is one pixel
 * @param state its parameters
 * @param inference binds it
 * @param training binds it
 */
record OperationCase(
    String name,
    int[] input,
    int[] output,
    boolean gate,
    List<ParameterInfo> state,
    Inference inference,
    Training training) {
  /**
   * The tensors of a case, in inference.
   *
   * @param src the input
   * @param other the second input, if the operation has one
   * @param dst the output
   */
  record Ends(Tensor src, Tensor other, Tensor dst) {}

  /**
   * The tensors of a case in training.
   *
   * @param src the input
   * @param other the second input, if the operation has one
   * @param dst the output
   * @param dDst gradient of the output
   * @param dSrc where the input's gradient goes
   * @param dOther where the second input's gradient goes
   */
  record TrainedEnds(
      Tensor src, Tensor other, Tensor dst, Tensor dDst, Gradient dSrc, Gradient dOther) {}

  /** Binds for inference. */
  interface Inference {
    Kernel bind(InferenceBinder bind, Ends at);
  }

  /** Binds for training. */
  interface Training {
    Layer bind(TrainingBinder bind, TrainedEnds at);
  }

  @Override
  public String toString() {
    return name;
  }

  static List<OperationCase> all() {
    List<OperationCase> all = new ArrayList<>(WeightedCases.all());
    all.addAll(PlainCases.all());
    return all;
  }

  /** An operation with one input, which has no parameters. */
  static OperationCase simple(
      String name, int[] in, int[] out, Inference inference, Training training) {
    return new OperationCase(name, in, out, false, List.of(), inference, training);
  }

  /** An operation that only inference has. */
  static OperationCase inferenceOnly(
      String name, int[] in, int[] out, List<ParameterInfo> state, Inference inference) {
    return new OperationCase(
        name,
        in,
        out,
        false,
        state,
        inference,
        (bind, at) -> {
          throw new UnsupportedOperationException(name);
        });
  }

  /** Whether it can be trained. */
  boolean trains() {
    return !name.contains(", norm");
  }
}
