package io.blockwork.train;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An updater that scales what happens to a parameter by norms of the whole parameter. It does so
 * for those that decay; norms and biases that are exempt from decay step as they otherwise would.
 */
interface LayerwiseUpdater {
  /**
   * Before the updater's arithmetic.
   *
   * @param parameter one parameter
   * @param gradient of it, to be changed: weight decay is not in it yet
   * @param decay factor of the parameter in the gradient
   */
  void before(INDArray parameter, INDArray gradient, double decay);

  /**
   * After the updater's arithmetic.
   *
   * @param parameter one parameter
   * @param update what is to be subtracted from it, to be changed
   * @param decay decoupled weight decay, without the learning rate
   */
  void after(INDArray parameter, INDArray update, double decay);

  /** The Euclidean norm, in double. */
  static double norm(INDArray values) {
    return values.norm2Number().doubleValue();
  }
}
