package io.blockwork.benchmark;

import io.blockwork.ImageClassifier;
import io.blockwork.examples.networks.CifarResNet18;
import io.blockwork.examples.networks.DenseNet121;
import io.blockwork.examples.networks.ResNeXt50_32x4d;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.examples.networks.ResNet50;
import java.util.Arrays;

/** The networks that everyone runs. */
enum Subject {
  RESNET18("resnet18", ResNet18.class, 224, 1000),
  RESNET50("resnet50", ResNet50.class, 224, 1000),
  RESNEXT50("resnext50_32x4d", ResNeXt50_32x4d.class, 224, 1000),
  DENSENET121("densenet121", DenseNet121.class, 224, 1000),
  CIFAR_RESNET18("resnet18-cifar", CifarResNet18.class, 32, 10);

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
