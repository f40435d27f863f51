package io.blockwork.engine;

import java.util.Optional;

/**
 * What inference does to a convolution's output in the same kernel: {@code activation(factor *
 * norm(conv(x)) + residual)}, each part optional, in this order.
 *
 * @param norm path of the batch norm whose running statistics, scale and shift are folded into the
 *     weights
 * @param eps the batch norm's epsilon
 * @param factor what the output is multiplied by before the residual is added
 * @param residual tensor added to the output; it may be the convolution's destination itself, which
 *     then is added to in place
 * @param activation what is applied at the end
 */
public record Epilogue(
    Optional<String> norm,
    double eps,
    double factor,
    Optional<Tensor> residual,
    Activation activation) {

  /** Leaves the output as it is. */
  public static Epilogue none() {
    return new Epilogue(Optional.empty(), Norm.norm().eps(), 1, Optional.empty(), Activation.NONE);
  }

  /** Folds the batch norm at {@code path}, of torch's usual epsilon. */
  public static Epilogue norm(String path) {
    return norm(path, Norm.norm().eps());
  }

  /** Folds the batch norm at {@code path}. */
  public static Epilogue norm(String path, double eps) {
    return new Epilogue(Optional.of(path), eps, 1, Optional.empty(), Activation.NONE);
  }

  /** Multiplies by a constant as well. */
  public Epilogue times(double factor) {
    return new Epilogue(norm, eps, factor, residual, activation);
  }

  /** Adds {@code residual} as well. */
  public Epilogue add(Tensor residual) {
    return new Epilogue(norm, eps, factor, Optional.of(residual), activation);
  }

  /** Applies {@code activation} at the end. */
  public Epilogue then(Activation activation) {
    return new Epilogue(norm, eps, factor, residual, activation);
  }

  /** Cuts off negative values as well. */
  public Epilogue thenRelu() {
    return then(Activation.RELU);
  }

  /** Whether nothing is done. */
  public boolean isNone() {
    return norm.isEmpty() && factor == 1 && residual.isEmpty() && activation.isNone();
  }
}
