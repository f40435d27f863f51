package user;

import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Epilogue.none;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import javax.annotation.processing.Generated;

/**
 * Inference of {@link BareDense}. 2 batch norms (norm1) run, with no convolution of their own before
 * them. Kernels add activations and shortcuts to what they compute. {@code slot(s, c, h, w)} is
 * slot {@code s} in the shape of one image: in the same slot and shape, one block hands its output
 * to the next.
 *
 * <pre>
 * denseblock   12 x 8 x 8   2 x dense layer
 *
 * 456 parameters, 27,648 multiply-adds for one image
 * 2 slots for one image: 768 + 512 = 1,280 values, 5,120 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class BareDenseForward implements ForwardPass {
  private final Tensor input;
  private final Tensor output;
  private final Denseblock denseblock;

  /** Binds every layer. */
  BareDenseForward(InferenceBinder bind) {
    bind.slots(768L, 512L);
    denseblock = new Denseblock(bind);
    input = bind.slot(0, 12, 8, 8).slice(0, 4);
    output = bind.slot(0, 12, 8, 8);
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
    denseblock.run();  // 12 x 8 x 8   2 x dense layer
  }

  /** denseblock: 2 x dense layer. 4 x 8 x 8 -> 12 x 8 x 8. */
  private static final class Denseblock {
    private final Denselayer1 denselayer1;
    private final Denselayer2 denselayer2;

    Denseblock(InferenceBinder bind) {
      denselayer1 = new Denselayer1(bind);
      denselayer2 = new Denselayer2(bind);
    }

    void run() {
      denselayer1.run();  // 8 x 8 x 8    dense layer
      denselayer2.run();  // 12 x 8 x 8   dense layer
    }
  }

  /** denselayer1: dense layer. 4 x 8 x 8 -> 8 x 8 x 8. */
  private static final class Denselayer1 {
    private final Kernel norm1;
    private final Kernel conv1;

    Denselayer1(InferenceBinder bind) {
      Tensor denseblock = bind.slot(0, 12, 8, 8);
      Tensor norm1Out = bind.slot(1, 4, 8, 8);

      norm1 = bind.batchNormRelu("denselayer1.norm1", denseblock.slice(0, 4), norm1Out);
      conv1 = bind.conv2d(
          "denselayer1.conv1", conv(4, 4, 3).padding(1), norm1Out, denseblock.slice(4, 8), none());
    }

    void run() {
      norm1.run();  // denseblock.slice(0, 4) -> norm1Out   norm   4 x 8 x 8   relu
      conv1.run();  // norm1Out -> denseblock.slice(4, 8)   3x3    4 x 8 x 8
    }
  }

  /** denselayer2: dense layer. 8 x 8 x 8 -> 12 x 8 x 8. */
  private static final class Denselayer2 {
    private final Kernel norm1;
    private final Kernel conv1;

    Denselayer2(InferenceBinder bind) {
      Tensor denseblock = bind.slot(0, 12, 8, 8);
      Tensor norm1Out = bind.slot(1, 8, 8, 8);

      norm1 = bind.batchNormRelu("denselayer2.norm1", denseblock.slice(0, 8), norm1Out);
      conv1 = bind.conv2d(
          "denselayer2.conv1", conv(8, 4, 3).padding(1), norm1Out, denseblock.slice(8, 12), none());
    }

    void run() {
      norm1.run();  // denseblock.slice(0, 8) -> norm1Out    norm   8 x 8 x 8   relu
      conv1.run();  // norm1Out -> denseblock.slice(8, 12)   3x3    4 x 8 x 8
    }
  }
}
