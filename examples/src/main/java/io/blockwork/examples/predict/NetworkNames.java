package io.blockwork.examples.predict;

import io.blockwork.ImageClassifier;
import io.blockwork.examples.networks.DenseNet121;
import io.blockwork.examples.networks.DenseNet161;
import io.blockwork.examples.networks.DenseNet169;
import io.blockwork.examples.networks.DenseNet201;
import io.blockwork.examples.networks.EfficientNetB0;
import io.blockwork.examples.networks.GoogLeNet;
import io.blockwork.examples.networks.InceptionResNetV2;
import io.blockwork.examples.networks.InceptionV3;
import io.blockwork.examples.networks.MobileNetV2;
import io.blockwork.examples.networks.MobileNetV3Small;
import io.blockwork.examples.networks.RegNetY400MF;
import io.blockwork.examples.networks.ResNeXt101_32x8d;
import io.blockwork.examples.networks.ResNeXt50_32x4d;
import io.blockwork.examples.networks.ResNet101;
import io.blockwork.examples.networks.ResNet110;
import io.blockwork.examples.networks.ResNet152;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.examples.networks.ResNet32;
import io.blockwork.examples.networks.ResNet34;
import io.blockwork.examples.networks.ResNet44;
import io.blockwork.examples.networks.ResNet50;
import io.blockwork.examples.networks.ResNet56;
import io.blockwork.examples.networks.SqueezeNet1_1;
import io.blockwork.examples.networks.Vgg16Bn;
import io.blockwork.examples.networks.WideResNet101_2;
import io.blockwork.examples.networks.WideResNet50_2;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The networks for which weights are published, by the names that torchvision and the papers give
 * them.
 */
final class NetworkNames {
  private static final List<Class<? extends ImageClassifier>> TYPES =
      List.of(
          ResNet18.class,
          ResNet34.class,
          ResNet50.class,
          ResNet101.class,
          ResNet152.class,
          ResNeXt50_32x4d.class,
          ResNeXt101_32x8d.class,
          WideResNet50_2.class,
          WideResNet101_2.class,
          DenseNet121.class,
          DenseNet161.class,
          DenseNet169.class,
          DenseNet201.class,
          GoogLeNet.class,
          InceptionV3.class,
          InceptionResNetV2.class,
          Vgg16Bn.class,
          SqueezeNet1_1.class,
          MobileNetV2.class,
          MobileNetV3Small.class,
          EfficientNetB0.class,
          RegNetY400MF.class,
          ResNet20.class,
          ResNet32.class,
          ResNet44.class,
          ResNet56.class,
          ResNet110.class);

  private NetworkNames() {}

  /** The interface of the network called {@code name}; case and underscores do not matter. */
  static Optional<Class<? extends ImageClassifier>> find(String name) {
    return Optional.ofNullable(byName().get(plain(name)));
  }

  /** All names, in order. */
  static List<String> all() {
    return TYPES.stream().map(type -> type.getSimpleName().toLowerCase(Locale.ROOT)).toList();
  }

  private static Map<String, Class<? extends ImageClassifier>> byName() {
    Map<String, Class<? extends ImageClassifier>> names = new TreeMap<>();
    TYPES.forEach(type -> names.put(plain(type.getSimpleName()), type));
    return names;
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
  }
}
