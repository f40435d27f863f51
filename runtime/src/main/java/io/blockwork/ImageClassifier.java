package io.blockwork;

import io.blockwork.image.ByteImage;
import io.blockwork.image.Classification;
import io.blockwork.image.Images;
import io.blockwork.image.Prediction;
import io.blockwork.image.Preprocessing;
import io.blockwork.io.SafeText;
import io.blockwork.memory.ShapeMismatchException;
import io.blockwork.published.PretrainedWeights;
import io.blockwork.weights.ImageNetClasses;
import java.awt.image.BufferedImage;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network that gives one logit for each class: {@code [N, C, H, W]} to {@code [N, classes]}. */
public interface ImageClassifier extends Network {
  /** Number of classes that the head tells apart. */
  default int classes() {
    return architecture().output().get(0);
  }

  /**
   * Names what is in a picture, for a network with the classes of its {@link #published} weights,
   * or with ImageNet's 1000. The picture is prepared as those weights want it; without any, as
   * torchvision's first ImageNet weights do: the shorter side resized to 8/7 of the network's input
   * (256 for 224), the middle cropped.
   *
   * @return all classes, the likeliest first
   * @throws IllegalStateException if the network has other classes than those, or its input is not
   *     square
   */
  default List<Prediction> classify(BufferedImage image) {
    List<Integer> input = architecture().input();
    int side = input.get(1);
    List<String> names =
        published()
            .map(PretrainedWeights::classNames)
            .filter(own -> !own.isEmpty())
            .orElseGet(ImageNetClasses::names);
    if (classes() != names.size() || !input.get(2).equals(side)) {
      throw new IllegalStateException(
          SafeText.format(
              "%s has %d classes and an input of %d x %d, but %d classes and a square are expected"
                  + " here: call classify(image, preprocessing, classNames)",
              architecture().name(), classes(), side, input.get(2), names.size()));
    }
    return classify(Images.of(image), preprocessing(), names);
  }

  /**
   * What has to be done to a picture for this network: what its {@link #published} weights want,
   * or, without any, torchvision's first ImageNet weights, in proportion to the height of its
   * input.
   */
  default Preprocessing preprocessing() {
    int side = architecture().input().get(1);
    return published()
        .map(weights -> weights.pictures().at(side))
        .map(p -> new Preprocessing(p.resize(), p.crop(), p.interpolation(), p.mean(), p.std()))
        .orElseGet(() -> Preprocessing.imageNet(resize(side), side));
  }

  /** What torchvision resizes to before it crops: 256 for 224. */
  private static int resize(int crop) {
    return Math.round(crop * 256f / 224);
  }

  /** {@link #classify(ByteImage, Preprocessing, List)} for Java's own images. */
  default List<Prediction> classify(
      BufferedImage image, Preprocessing preprocessing, List<String> classNames) {
    return classify(Images.of(image), preprocessing, classNames);
  }

  /**
   * Names what is in a picture, by logits in single precision.
   *
   * @param image the picture, of any size
   * @param preprocessing what the network's weights expect
   * @param classNames by class index
   * @return all classes, the likeliest first
   * @throws IllegalArgumentException if the number of names is not that of the classes
   * @throws ShapeMismatchException if the preprocessing makes images of another size than the
   *     network's
   */
  default List<Prediction> classify(
      ByteImage image, Preprocessing preprocessing, List<String> classNames) {
    List<Integer> expected = architecture().input();
    ByteImage ready = preprocessing.resizeAndCrop(image);
    List<Integer> made = List.of(ready.channels(), ready.height(), ready.width());
    if (!made.equals(expected)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected images of %s (channels, height, width), the preprocessing made one of"
                  + " %s; let it resize and crop, as Preprocessing.imageNet(%d, %d) does",
              architecture().name(), expected, made, resize(expected.get(1)), expected.get(1)));
    }
    float[] logits = forward(preprocessing.normalize(ready));
    return Classification.rank(logits, classNames, classNames.size());
  }

  /**
   * Names what is in a picture by the mean of several views of it.
   *
   * @param image the picture, of any size
   * @param preprocessing what the network's weights expect; it makes images of the size that the
   *     views need
   * @param classNames by class index
   * @param views for example {@link TestTimeViews#mirrored}
   * @return all classes, the likeliest first
   * @throws IllegalArgumentException if the number of names is not that of the classes
   */
  default List<Prediction> classify(
      ByteImage image, Preprocessing preprocessing, List<String> classNames, TestTimeViews views) {
    ByteImage ready = preprocessing.resizeAndCrop(image);
    INDArray images =
        Nd4j.createFromArray(preprocessing.normalize(ready))
            .reshape('c', 1, ready.channels(), ready.height(), ready.width())
            .castTo(parameters().dataType());
    float[] logits = views.forward(this, images).toFloatVector();
    return Classification.rank(logits, classNames, classNames.size());
  }
}
