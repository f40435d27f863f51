package io.blockwork.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;

/**
 * The ResNet-20 of He et al. (2015) for CIFAR-10 in DJL's blocks, with shortcuts that take every
 * second value and pad with channels of zeros, as ours.
 */
final class DjlResNet20 {
  private DjlResNet20() {}

  /** The network, without parameters. */
  static Block network() {
    SequentialBlock net =
        new SequentialBlock().addAll(convolution(16, 1), norm(), Activation.reluBlock());
    int in = 16;
    for (int planes = 16; planes <= 64; planes *= 2) {
      for (int i = 0; i < 3; i++) {
        net.add(block(in, planes));
        net.add(Activation.reluBlock());
        in = planes;
      }
    }
    return net.addAll(
        Pool.globalAvgPool2dBlock(),
        Blocks.batchFlattenBlock(),
        Linear.builder().setUnits(10).build());
  }

  private static Block block(int in, int planes) {
    Block main =
        new SequentialBlock()
            .addAll(
                convolution(planes, planes / in),
                norm(),
                Activation.reluBlock(),
                convolution(planes, 1),
                norm());
    Block shortcut =
        in == planes ? Blocks.identityBlock() : LambdaBlock.singleton(x -> padded(x, planes - in));
    return new ParallelBlock(both -> new NDList(both.get(0).head().add(both.get(1).head())))
        .add(main)
        .add(shortcut);
  }

  /** Half of the missing channels before those that are there, half behind. */
  private static NDArray padded(NDArray x, int missing) {
    NDArray smaller = x.get(new NDIndex(":, :, ::2, ::2"));
    Shape shape = smaller.getShape();
    Shape half = new Shape(shape.get(0), missing / 2, shape.get(2), shape.get(3));
    NDArray zeros = x.getManager().zeros(half, x.getDataType());
    return NDArrays.concat(new NDList(zeros, smaller, zeros), 1);
  }

  private static Block convolution(int out, int stride) {
    return Conv2d.builder()
        .setFilters(out)
        .setKernelShape(new Shape(3, 3))
        .optStride(new Shape(stride, stride))
        .optPadding(new Shape(1, 1))
        .optBias(false)
        .build();
  }

  /** DJL's momentum is the share of the old statistics: one minus torch's. */
  private static Block norm() {
    return BatchNorm.builder().optEpsilon(1e-5f).optMomentum(0.9f).build();
  }
}
