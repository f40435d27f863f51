package io.blockwork.spark;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Output;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A residual network that trains in seconds. */
@ResNet(
    blocks = {1, 1},
    width = 8,
    stem = Stem.CIFAR,
    input = @Input(height = 8, width = 8),
    classes = 4)
public interface TinyNet extends ImageClassifier {
  /** What the first stage makes of the images, {@code [N, 8, 8, 8]}. */
  @Output("layer1")
  INDArray features(INDArray images);
}
