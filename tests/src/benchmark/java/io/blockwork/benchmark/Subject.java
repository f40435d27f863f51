package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.examples.networks.CifarResNet18;
import io.blockwork.examples.networks.DenseNet121;
import io.blockwork.examples.networks.ResNeXt50_32x4d;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.examples.networks.ResNet50;
import java.util.Arrays;
import java.util.List;

/** The networks that everyone runs. */
enum Subject {
  RESNET18("resnet18", ResNet18.class, 224, 1000),
  RESNET50("resnet50", ResNet50.class, 224, 1000),
  RESNEXT50("resnext50_32x4d", ResNeXt50_32x4d.class, 224, 1000),
  DENSENET121("densenet121", DenseNet121.class, 224, 1000),
  GOOGLENET("googlenet", ComposedSubjects.Google.class, 224, 1000),
  INCEPTION_V3("inception_v3", ComposedSubjects.Inception.class, 299, 1000),
  MOBILENET_V2("mobilenet_v2", ComposedSubjects.Mobile.class, 224, 1000),
  EFFICIENTNET_B0("efficientnet_b0", ComposedSubjects.Efficient.class, 224, 1000),
  REGNET_Y_400MF("regnet_y_400mf", ComposedSubjects.RegNet.class, 224, 1000),
  CIFAR_RESNET18("resnet18-cifar", CifarResNet18.class, 32, 10);

  /** Those of the families, which are compared with everybody. */
  static final List<Subject> FAMILIES = List.of(RESNET18, RESNET50, RESNEXT50, DENSENET121);

  /** Those that are composed, which are compared with ONNX Runtime. */
  static final List<Subject> COMPOSED =
      List.of(GOOGLENET, INCEPTION_V3, MOBILENET_V2, EFFICIENTNET_B0, REGNET_Y_400MF);

  private final String key;
  private final Class<? extends ImageClassifier> type;
  private final int size;
  private final int classes;

  Subject(String key, Class<? extends ImageClassifier> type, int size, int classes) {
    this.key = key;
    this.type = type;
    this.size = size;
    this.classes = classes;
  }

  /**
   * The network of that {@link #key}.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Subject of(String key) {
    return Arrays.stream(values())
        .filter(s -> s.key.equals(key))
        .findAny()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no network '%s'; there are %s"
                        .formatted(key, Arrays.stream(values()).map(s -> s.key).toList())));
  }

  /** Torchvision's name of it. */
  String key() {
    return key;
  }

  /** The annotated interface. */
  Class<? extends ImageClassifier> type() {
    return type;
  }

  /** Number of classes. */
  int classes() {
    return classes;
  }

  /** Shape of a batch of images: {@code [N, 3, H, W]}. */
  long[] images(int batch) {
    return new long[] {batch, 3, size, size};
  }

  /** Some label for each image. */
  int[] labels(int batch) {
    int[] labels = new int[batch];
    Arrays.setAll(labels, i -> i % classes);
    return labels;
  }
}
