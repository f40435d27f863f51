package io.blockwork.features;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Output;
import io.blockwork.ResNet;
import io.blockwork.Stem;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A small network that gives features. */
@ResNet(
    blocks = {1, 1},
    width = 4,
    stem = Stem.CIFAR,
    classes = 3,
    input = @Input(height = 8, width = 8))
interface FeatureNet extends ImageClassifier {
  @Output("conv1")
  INDArray stem(INDArray images);

  @Output("layer2")
  INDArray late(INDArray images);

  @Output("layer2")
  float[] late(float[] images);

  Pair pair(INDArray images);

  /** Two values of one pass. */
  record Pair(@Output("layer1.0") INDArray early, @Output("layer2") INDArray late) {}
}
