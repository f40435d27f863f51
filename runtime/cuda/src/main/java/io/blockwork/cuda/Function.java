package io.blockwork.cuda;

import io.blockwork.engine.Activation;

/**
 * An activation as the kernels take it.
 *
 * @param number of the function in common.cu
 * @param alpha its first constant
 * @param beta its second constant
 */
record Function(int number, float alpha, float beta) {
  static final Function NONE = new Function(0, 0, 0);
  static final Function RELU = new Function(1, 0, 0);

  static Function of(Activation activation) {
    return new Function(
        number(activation.function()), (float) activation.alpha(), (float) activation.beta());
  }

  /** The places of common.cu's enumeration. */
  private static int number(Activation.Function function) {
    return switch (function) {
      case NONE -> 0;
      case RELU -> 1;
      case CLIP -> 2;
      case ELU -> 3;
      case SIGMOID -> 4;
      case HARD_SIGMOID -> 5;
      case SILU -> 6;
      case HARD_SWISH -> 7;
      case MISH -> 8;
      case GELU -> 9;
      case GELU_TANH -> 10;
      case TANH -> 11;
      case SOFTPLUS -> 12;
    };
  }

  boolean isNone() {
    return number == NONE.number;
  }

  boolean isRelu() {
    return equals(RELU);
  }
}
