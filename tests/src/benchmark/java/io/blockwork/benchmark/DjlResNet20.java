package io.blockwork.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;

/**
 * The ResNet-20 of He et al. (2015) for CIFAR-10 in DJL's blocks, with shortcuts that take every
 * second value and pad with channels of zeros, as ours.
 */
final class DjlResNet20 {
  private DjlResNet20() {}

  /** The network, without parameters. */
  static Block network() {
    SequentialBlock net =
        DjlBlocks.sequence(DjlBlocks.conv(16, 3, 1, 1), DjlBlocks.norm(), DjlBlocks.relu());
    int in = 16;
    for (int planes = 16; planes <= 64; planes *= 2) {
      for (int i = 0; i < 3; i++) {
        net.add(block(in, planes));
        net.add(DjlBlocks.relu());
        in = planes;
      }
    }
    return DjlBlocks.head(net, 10);
  }

  private static Block block(int in, int planes) {
    Block main =
        DjlBlocks.sequence(
            DjlBlocks.conv(planes, 3, planes / in, 1),
            DjlBlocks.norm(),
            DjlBlocks.relu(),
            DjlBlocks.conv(planes, 3, 1, 1),
            DjlBlocks.norm());
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
}
