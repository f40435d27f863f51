package io.blockwork.benchmark;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;

/**
 * Torchvision's networks in DJL's blocks.
 *
 * <p>DJL's own {@code ResNetV1} puts the stride of a bottleneck in its first 1x1 convolution, and
 * DJL has no DenseNet. What differs from torchvision: ReLU is not in place (DJL has no such block),
 * and a dense layer's output is joined to its input at once, where torchvision joins all earlier
 * outputs in each layer: the same numbers, fewer copies here.
 */
final class DjlBlocks {
  static final String ENGINE = "PyTorch";

  private DjlBlocks() {}

  /** To be called before the engine starts. */
  static void useThreads() {
    System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(Contender.THREADS));
  }

  /**
   * The network, without parameters.
   *
   * @throws IllegalArgumentException if it is one of {@link Subject#COMPOSED}
   */
  static Block of(Subject subject) {
    int classes = subject.classes();
    return switch (subject) {
      case RESNET18 -> resnet(new Residual(false, 1, 64), stem(), classes, 2, 2, 2, 2);
      case RESNET50 -> resnet(new Residual(true, 1, 64), stem(), classes, 3, 4, 6, 3);
      case RESNEXT50 -> resnet(new Residual(true, 32, 4), stem(), classes, 3, 4, 6, 3);
      case CIFAR_RESNET18 ->
          resnet(
              new Residual(false, 1, 64),
              sequence(conv(64, 3, 1, 1), norm(), relu()),
              classes,
              2,
              2,
              2,
              2);
      case DENSENET121 -> densenet(32, classes, 6, 12, 24, 16);
      case GOOGLENET, INCEPTION_V3, MOBILENET_V2, EFFICIENTNET_B0, REGNET_Y_400MF ->
          throw new IllegalArgumentException(subject.key() + " is not written in DJL's blocks");
    };
  }

  /** What the residual blocks of a network have in common. */
  private record Residual(boolean bottleneck, int groups, int widthPerGroup) {
    private Block block(int in, int planes, int stride) {
      int width = planes * widthPerGroup / 64 * groups;
      int out = out(planes);
      Block main =
          bottleneck
              ? sequence(
                  conv(width, 1, 1, 1),
                  norm(),
                  relu(),
                  conv(width, 3, stride, groups),
                  norm(),
                  relu(),
                  conv(out, 1, 1, 1),
                  norm())
              : sequence(conv(out, 3, stride, 1), norm(), relu(), conv(out, 3, 1, 1), norm());
      Block shortcut =
          in == out && stride == 1
              ? Blocks.identityBlock()
              : sequence(conv(out, 1, stride, 1), norm());
      return sequence(
          new ParallelBlock(both -> new NDList(both.get(0).head().add(both.get(1).head())))
              .add(main)
              .add(shortcut),
          relu());
    }

    private int out(int planes) {
      return bottleneck ? 4 * planes : planes;
    }
  }

  private static Block resnet(Residual residual, SequentialBlock net, int classes, int... blocks) {
    int in = 64;
    for (int stage = 0; stage < blocks.length; stage++) {
      int planes = 64 << stage;
      for (int i = 0; i < blocks[stage]; i++) {
        net.add(residual.block(in, planes, i == 0 && stage > 0 ? 2 : 1));
        in = residual.out(planes);
      }
    }
    return head(net, classes);
  }

  private static Block densenet(int growth, int classes, int... blocks) {
    SequentialBlock net = stem();
    int channels = 64;
    for (int stage = 0; stage < blocks.length; stage++) {
      for (int i = 0; i < blocks[stage]; i++) {
        net.add(denseLayer(growth));
        channels += growth;
      }
      if (stage < blocks.length - 1) {
        channels /= 2;
        Block pool = Pool.avgPool2dBlock(new Shape(2, 2), new Shape(2, 2));
        net.addAll(norm(), relu(), conv(channels, 1, 1, 1), pool);
      }
    }
    return head(net.addAll(norm(), relu()), classes);
  }

  private static Block denseLayer(int growth) {
    return new ParallelBlock(both -> new NDList(both.get(0).head().concat(both.get(1).head(), 1)))
        .add(Blocks.identityBlock())
        .add(
            sequence(
                norm(), relu(), conv(4 * growth, 1, 1, 1), norm(), relu(), conv(growth, 3, 1, 1)));
  }

  private static SequentialBlock stem() {
    return sequence(
        conv(64, 7, 2, 1),
        norm(),
        relu(),
        Pool.maxPool2dBlock(new Shape(3, 3), new Shape(2, 2), new Shape(1, 1)));
  }

  static Block head(SequentialBlock net, int classes) {
    return net.addAll(
        Pool.globalAvgPool2dBlock(),
        Blocks.batchFlattenBlock(),
        Linear.builder().setUnits(classes).build());
  }

  static Block conv(int out, int kernel, int stride, int groups) {
    return Conv2d.builder()
        .setFilters(out)
        .setKernelShape(new Shape(kernel, kernel))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(kernel / 2, kernel / 2))
        .optGroups(groups)
        .optBias(false)
        .build();
  }

  /** DJL's momentum is the share of the old statistics: one minus torch's. */
  static Block norm() {
    return BatchNorm.builder().optEpsilon(1e-5f).optMomentum(0.9f).build();
  }

  static Block relu() {
    return Activation.reluBlock();
  }

  static SequentialBlock sequence(Block... blocks) {
    return new SequentialBlock().addAll(blocks);
  }
}
