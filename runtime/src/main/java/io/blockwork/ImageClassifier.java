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
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network that gives one logit for each class: {@code [N, C, H, W]} to {@code [N, classes]}. */
public interface ImageClassifier extends Network {
  @Override
  default ImageClassifier at(int height) {
    Network.super.at(height);
    return this;
  }

  /** Number of classes that the head tells apart. */
  default int classes() {
    return architecture().output().get(0);
  }

  /**
   * The names of the classes, by label: those that the network was trained on, or that its weights
   * told of ({@link ModelCard}); else those of its {@link #published} weights, or ImageNet's, if it
   * has as many. Empty if none of these are known.
   */
  default List<String> classNames() {
    return Stream.of(
            ModelCard.of(parameters()).classNames(),
            published().map(PretrainedWeights::classNames).orElse(List.of()),
            ImageNetClasses.names())
        .filter(names -> names.size() == classes())
        .findFirst()
        .orElse(List.of());
  }

  /**
   * Names what is in a picture, by the {@link #classNames} that the network knows, and prepared as
   * {@link #preprocessing} says.
   *
   * @return all classes, the likeliest first
   * @throws IllegalStateException if the names of the classes are not known, or nothing is known of
   *     the preprocessing and the network's input is not square
   */
  default List<Prediction> classify(BufferedImage image) {
    Objects.requireNonNull(image, "image");
    return classify(Images.of(image));
  }

  /**
   * {@link #classify(BufferedImage)} for a file.
   *
   * @throws io.blockwork.image.ImageException if it is no picture that can be read
   */
  default List<Prediction> classify(Path image) {
    Objects.requireNonNull(image, "image");
    return classify(Images.read(image));
  }

  /**
   * {@link #classify(Path)} for several files, one after the other; {@link
   * io.blockwork.data.FolderClassifier} reads ahead, and is made for many.
   *
   * @return the answers for each file, in the files' order
   * @throws io.blockwork.image.ImageException if one is no picture that can be read
   */
  default List<List<Prediction>> classify(List<Path> images) {
    Objects.requireNonNull(images, "images");
    return images.stream().map(this::classify).toList();
  }

  /** {@link #classify(BufferedImage)} for an image that has been decoded. */
  default List<Prediction> classify(ByteImage image) {
    Objects.requireNonNull(image, "image");
    List<Integer> input = architecture().input();
    List<String> names = classNames();
    if (names.isEmpty()) {
      throw new IllegalStateException(
          SafeText.format(
              "%s: the names of its %d classes are not known; load weights that tell them, as those"
                  + " that a training run has saved, or call classify(image, preprocessing,"
                  + " classNames)",
              architecture().name(), classes()));
    }
    boolean told = ModelCard.of(parameters()).preprocessing().isPresent();
    if (!told && !input.get(2).equals(input.get(1))) {
      throw new IllegalStateException(
          SafeText.format(
              "%s has an input of %d x %d, which is not square, and nothing tells how pictures are"
                  + " prepared for it: call classify(image, preprocessing, classNames)",
              architecture().name(), input.get(1), input.get(2)));
    }
    return classify(image, preprocessing(), names);
  }

  /**
   * What has to be done to a picture for this network: what the pictures went through that it was
   * validated on, or that its weights tell of ({@link ModelCard}); else what its {@link #published}
   * weights want, or torchvision's first ImageNet weights, in proportion to the height of its input
   * (the shorter side resized to 256 for a crop of 224).
   *
   * <p>Weights may tell of any size that the network was compiled for ({@link #inputs}): then
   * {@link #classify(Path)} works at that size. If they tell of another size, it is scaled to this
   * one's.
   */
  default Preprocessing preprocessing() {
    return ModelCard.of(parameters())
        .preprocessing()
        .map(known -> isTaken(known.crop()) ? known : known.at(architecture().input().get(1)))
        .orElseGet(this::usualPreprocessing);
  }

  /** Whether there is a size of squares of that side. */
  private boolean isTaken(int side) {
    return inputs().stream().anyMatch(in -> in.get(1) == side && in.get(2) == side);
  }

  private Preprocessing usualPreprocessing() {
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
   * Names what is in a picture, by logits in single precision. If the network was trained on
   * pictures with several classes each ({@link ModelCard#task}), every class has a probability of
   * its own.
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
    if (!inputs().contains(made)) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected images of %s (channels, height, width), the preprocessing made one of"
                  + " %s; let it resize and crop, as Preprocessing.imageNet(%d, %d) does",
              architecture().name(), expected, made, resize(expected.get(1)), expected.get(1)));
    }
    float[] logits = at(ready.height()).forward(preprocessing.normalize(ready));
    return named(logits, classNames);
  }

  private List<Prediction> named(float[] logits, List<String> classNames) {
    return switch (ModelCard.of(parameters()).task()) {
      case SINGLE_LABEL -> Classification.rank(logits, classNames, classNames.size());
      case MULTI_LABEL -> Classification.rankEach(logits, classNames);
      case REGRESSION ->
          throw new IllegalStateException(
              SafeText.format(
                  "%s was trained to say numbers, and not classes: call"
                      + " forward(preprocessing.normalize(image))",
                  architecture().name()));
    };
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
    return named(views.forward(this, images).toFloatVector(), classNames);
  }
}
