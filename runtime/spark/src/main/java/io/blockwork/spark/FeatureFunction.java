package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import java.io.Serializable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What to compute of a batch on an executor, such as a method with {@code @Output}: {@code (net,
 * images) -> net.features(images)}.
 *
 * @param <N> the network's interface
 */
@FunctionalInterface
public interface FeatureFunction<N extends ImageClassifier> extends Serializable {
  /**
   * Computes the features.
   *
   * @param images {@code [N, C, H, W]}, of the network's data type
   * @return {@code [N, ...]}; what belongs to an image is flattened, row-major
   */
  INDArray of(N network, INDArray images);
}
