package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.post_ops;

/**
 * One of oneDNN's elementwise functions.
 *
 * @param kind which one
 * @param alpha its first constant
 * @param beta its second constant
 */
record Eltwise(algorithm kind, float alpha, float beta) {
  /** From here on, float cannot tell torch's softplus from oneDNN's, which has no threshold. */
  private static final double SOFTPLUS_THRESHOLD = 20;

  private static final Set<algorithm> FROM_OUTPUT =
      EnumSet.of(
          algorithm.eltwise_relu_use_dst_for_bwd,
          algorithm.eltwise_clip_v2_use_dst_for_bwd,
          algorithm.eltwise_logistic_use_dst_for_bwd,
          algorithm.eltwise_tanh_use_dst_for_bwd,
          algorithm.eltwise_elu_use_dst_for_bwd);

  private static Eltwise of(algorithm kind, double alpha, double beta) {
    return new Eltwise(kind, (float) alpha, (float) beta);
  }

  /** The functions whose composition is the activation; empty if oneDNN lacks it. */
  static Optional<List<Eltwise>> of(Activation activation) {
    double a = activation.alpha();
    double b = activation.beta();
    return switch (activation.function()) {
      case NONE -> Optional.of(List.of());
      case ELU ->
          Optional.of(
              b == 1
                  ? List.of(of(algorithm.eltwise_elu, a, 0))
                  : List.of(of(algorithm.eltwise_elu, a, 0), of(algorithm.eltwise_linear, b, 0)));
      case SOFTPLUS ->
          b < SOFTPLUS_THRESHOLD
              ? Optional.empty()
              : Optional.of(List.of(of(algorithm.eltwise_soft_relu, a, 0)));
      default -> Optional.of(List.of(single(activation)));
    };
  }

  private static Eltwise single(Activation activation) {
    double a = activation.alpha();
    double b = activation.beta();
    return switch (activation.function()) {
      case RELU -> of(algorithm.eltwise_relu, a, 0);
      // Of the two clips, this one's derivative is 0 at both bounds, as torch's is.
      case CLIP -> of(algorithm.eltwise_clip_v2, a, b);
      case SIGMOID -> of(algorithm.eltwise_logistic, 0, 0);
      case HARD_SIGMOID -> of(algorithm.eltwise_hardsigmoid, a, b);
      case SILU -> of(algorithm.eltwise_swish, 1, 0);
      case HARD_SWISH -> of(algorithm.eltwise_hardswish, a, b);
      case MISH -> of(algorithm.eltwise_mish, 0, 0);
      case GELU -> of(algorithm.eltwise_gelu_erf, 0, 0);
      case GELU_TANH -> of(algorithm.eltwise_gelu_tanh, 0, 0);
      case TANH -> of(algorithm.eltwise_tanh, 0, 0);
      case NONE, ELU, SOFTPLUS -> throw new IllegalArgumentException(activation.toString());
    };
  }

  /** The function whose gradient oneDNN computes from the output. */
  static Eltwise backwardFromOutput(Activation activation) {
    double a = activation.alpha();
    return switch (activation.function()) {
      case RELU -> of(algorithm.eltwise_relu_use_dst_for_bwd, a, 0);
      case CLIP -> of(algorithm.eltwise_clip_v2_use_dst_for_bwd, a, activation.beta());
      case SIGMOID -> of(algorithm.eltwise_logistic_use_dst_for_bwd, 0, 0);
      case TANH -> of(algorithm.eltwise_tanh_use_dst_for_bwd, 0, 0);
      case ELU -> of(algorithm.eltwise_elu_use_dst_for_bwd, a, 0);
      default -> throw new IllegalArgumentException(activation.toString());
    };
  }

  /** Whether its gradient is computed from the output. */
  boolean readsOutput() {
    return FROM_OUTPUT.contains(kind);
  }

  /** Whether it can end another primitive. */
  static boolean isPostOp(Activation activation) {
    return of(activation).isPresent();
  }

  /**
   * Ends a primitive with the activation.
   *
   * @throws IllegalArgumentException if it cannot
   */
  static void append(post_ops ops, Activation activation) {
    List<Eltwise> functions =
        of(activation)
            .orElseThrow(
                () -> new IllegalArgumentException(activation + " cannot be fused in oneDNN"));
    for (Eltwise each : functions) {
      ops.append_eltwise(each.kind(), each.alpha(), each.beta());
    }
  }
}
