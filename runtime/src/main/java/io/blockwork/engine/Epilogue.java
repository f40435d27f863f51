package io.blockwork.engine;

import java.util.Optional;

/**
 * What inference does to a convolution's output in the same kernel: {@code relu(norm(conv(x)) +
 * residual)}, each part optional, in this order.
 *
 * @param norm path of the batch norm whose running statistics, scale and shift are folded into the
 *     weights
 * @param residual tensor added to the output; it may be the convolution's destination itself, which
 *     then is added to in place
 * @param relu whether negative values become zero at the end
 */
public record Epilogue(Optional<String> norm, Optional<Tensor> residual, boolean relu) {
  /** Leaves the output as it is. */
  public static Epilogue none() {
    return new Epilogue(Optional.empty(), Optional.empty(), false);
  }

  /** Folds the batch norm at {@code path}. */
  public static Epilogue norm(String path) {
    return new Epilogue(Optional.of(path), Optional.empty(), false);
  }

  /** Adds {@code residual} as well. */
  public Epilogue add(Tensor residual) {
    return new Epilogue(norm, Optional.of(residual), relu);
  }

  /** Cuts off negative values as well. */
  public Epilogue thenRelu() {
    return new Epilogue(norm, residual, true);
  }
}
