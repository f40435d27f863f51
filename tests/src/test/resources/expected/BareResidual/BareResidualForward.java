package user;

import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Epilogue.norm;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import javax.annotation.processing.Generated;

/**
 * Inference of {@link BareResidual}. All 3 batch norms are folded into the convolutions before them. Kernels
 * add activations and shortcuts to what they compute. {@code slot(s, c, h, w)} is slot {@code s}
 * in the shape of one image: in the same slot and shape, one block hands its output to the next.
 *
 * <pre>
 * block   8 x 4 x 4   basic block, stride 2
 *
 * 944 parameters, 14,336 multiply-adds for one image
 * 3 slots for one image: 256 + 128 + 128 = 512 values, 2,048 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class BareResidualForward implements ForwardPass {
  private final Tensor input;
  private final Tensor output;
  private final Block block;

  /** Binds every layer. */
  BareResidualForward(InferenceBinder bind) {
    bind.slots(256L, 128L, 128L);
    block = new Block(bind);
    input = bind.slot(0, 4, 8, 8);
    output = bind.slot(1, 8, 4, 4);
  }

  @Override
  public Tensor input() {
    return input;
  }

  @Override
  public Tensor output() {
    return output;
  }

  @Override
  public void run() {
    block.run();  // 8 x 4 x 4   basic block, stride 2
  }

  /** block: basic block, stride 2. 4 x 8 x 8 -> 8 x 4 x 4. */
  private static final class Block {
    private final Kernel downsample_0;
    private final Kernel conv1;
    private final Kernel conv2;

    Block(InferenceBinder bind) {
      Tensor input = bind.slot(0, 4, 8, 8);
      Tensor out = bind.slot(1, 8, 4, 4);
      Tensor conv1Out = bind.slot(2, 8, 4, 4);

      downsample_0 =
          bind.conv2d("downsample.0", conv(4, 8, 1).stride(2), input, out, norm("downsample.1"));
      conv1 = bind.conv2d(
          "conv1", conv(4, 8, 3).stride(2).padding(1), input, conv1Out, norm("bn1").thenRelu());
      conv2 = bind.conv2d(
          "conv2", conv(8, 8, 3).padding(1), conv1Out, out, norm("bn2").add(out).thenRelu());
    }

    void run() {
      downsample_0.run();  // input -> out           1x1 stride 2   8 x 4 x 4   norm
      conv1.run();         // input -> conv1Out      3x3 stride 2   8 x 4 x 4   norm, relu
      conv2.run();         // conv1Out, out -> out   3x3            8 x 4 x 4   norm, add, relu
    }
  }
}
