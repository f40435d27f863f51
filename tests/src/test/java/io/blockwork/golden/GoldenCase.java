package io.blockwork.golden;

import io.blockwork.Network;
import io.blockwork.examples.networks.CifarResNet18;
import io.blockwork.examples.networks.DenseNet121;
import io.blockwork.examples.networks.DenseNet161;
import io.blockwork.examples.networks.DenseNet169;
import io.blockwork.examples.networks.DenseNet201;
import io.blockwork.examples.networks.DenseNet40;
import io.blockwork.examples.networks.DenseNetBC100;
import io.blockwork.examples.networks.DenseNetBC40;
import io.blockwork.examples.networks.PreActResNet20;
import io.blockwork.examples.networks.ResNeXt101_32x8d;
import io.blockwork.examples.networks.ResNeXt50_32x4d;
import io.blockwork.examples.networks.ResNet101;
import io.blockwork.examples.networks.ResNet152;
import io.blockwork.examples.networks.ResNet18;
import io.blockwork.examples.networks.ResNet20;
import io.blockwork.examples.networks.ResNet32;
import io.blockwork.examples.networks.ResNet34;
import io.blockwork.examples.networks.ResNet50;
import io.blockwork.examples.networks.SeResNet50;
import io.blockwork.examples.networks.WideResNet50_2;
import java.util.Arrays;
import java.util.stream.Stream;

/** Every golden file with the networks that it describes. */
enum GoldenCase {
  TINY_RESNET_BASIC("tiny_resnet_basic", GoldenNetworks.TinyResNetBasic.class),
  TINY_RESNET_BOTTLENECK("tiny_resnet_bottleneck", GoldenNetworks.TinyResNetBottleneck.class),
  TINY_DENSENET("tiny_densenet", GoldenNetworks.TinyDenseNet.class),
  DENSEBLOCK("denseblock_64_32_6", GoldenNetworks.Dense64.class),
  CIFAR_RESNET20("cifar_resnet20", ResNet20.class),
  CIFAR_RESNET32("cifar_resnet32", ResNet32.class),
  CIFAR_RESNET18("cifar_resnet18", CifarResNet18.class),
  CIFAR_PREACT_RESNET20("cifar_preact_resnet20", PreActResNet20.class),
  CIFAR_DENSENET_40("cifar_densenet_40_12", DenseNet40.class),
  CIFAR_DENSENET_BC_40("cifar_densenet_bc_40_12", DenseNetBC40.class),
  CIFAR_DENSENET_BC_100("cifar_densenet_bc_100_12", DenseNetBC100.class),
  RESNET18("resnet18", GoldenNetworks.ResNet18.class, ResNet18.class),
  RESNET18_GREY(
      "resnet18_1ch", GoldenNetworks.ResNet18Grey.class, GoldenNetworks.ResNet18GreyAt224.class),
  RESNET34("resnet34", GoldenNetworks.ResNet34.class, ResNet34.class),
  RESNET50("resnet50", GoldenNetworks.ResNet50.class, ResNet50.class),
  SE_RESNET50("se_resnet50", GoldenNetworks.SeResNet50.class, SeResNet50.class),
  RESNEXT50("resnext50_32x4d", GoldenNetworks.ResNeXt50.class, ResNeXt50_32x4d.class),
  DENSENET121("densenet121", GoldenNetworks.DenseNet121.class, DenseNet121.class),
  RESNET101("resnet101", GoldenNetworks.ResNet101.class, ResNet101.class),
  RESNET152("resnet152", GoldenNetworks.ResNet152.class, ResNet152.class),
  RESNEXT101("resnext101_32x8d", GoldenNetworks.ResNeXt101.class, ResNeXt101_32x8d.class),
  WIDE_RESNET50("wide_resnet50_2", GoldenNetworks.WideResNet50.class, WideResNet50_2.class),
  DENSENET161("densenet161", GoldenNetworks.DenseNet161.class, DenseNet161.class),
  DENSENET169("densenet169", GoldenNetworks.DenseNet169.class, DenseNet169.class),
  DENSENET201("densenet201", GoldenNetworks.DenseNet201.class, DenseNet201.class);

  private final String file;
  private final Class<? extends Network> network;
  private final Class<? extends Network> standard;

  GoldenCase(String file, Class<? extends Network> network) {
    this(file, network, network);
  }

  GoldenCase(String file, Class<? extends Network> network, Class<? extends Network> standard) {
    this.file = file;
    this.network = network;
    this.standard = standard;
  }

  /** The network at the size of the numeric part. */
  Class<? extends Network> network() {
    return network;
  }

  /** The network at its standard size, that of {@code facts}. */
  Class<? extends Network> standard() {
    return standard;
  }

  /** The figures. */
  Golden load() {
    return Golden.read(file);
  }

  /**
   * Whether the case is among those that take long: the networks of more than 100 layers, and the
   * wide one.
   */
  boolean slow() {
    return compareTo(RESNET101) >= 0;
  }

  static Stream<GoldenCase> all() {
    return Arrays.stream(values());
  }

  @Override
  public String toString() {
    return file;
  }
}
