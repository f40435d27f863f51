package user;

import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Epilogue.norm;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import javax.annotation.processing.Generated;

/**
 * Inference of {@link Sized} as far as {@code layer1}. All 3 batch norms are folded into the
 * convolutions before them. Kernels add activations and shortcuts to what they compute. {@code
 * slot(s, c, h, w)} is slot {@code s} in the shape of one image: in the same slot and shape, one
 * block hands its output to the next.
 *
 * <pre>
 * stem     4 x 8 x 8   3x3 convolution
 * layer1   4 x 8 x 8   1 x basic block
 *
 * 420 parameters, 25,344 multiply-adds for one image
 * 2 slots for one image: 256 + 256 = 512 values, 2,048 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class SizedFeatures implements ForwardPass {
  private final Tensor input;
  private final Tensor output;
  private final Stem stem;
  private final Layer1 layer1;

  /** Binds every layer. */
  SizedFeatures(InferenceBinder bind) {
    bind.slots(256L, 256L);
    stem = new Stem(bind);
    layer1 = new Layer1(bind);
    input = bind.slot(1, 3, 8, 8);
    output = bind.slot(0, 4, 8, 8);
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
    stem.run();    // 4 x 8 x 8   3x3 convolution
    layer1.run();  // 4 x 8 x 8   1 x basic block
  }

  /** stem: 3x3 convolution. 3 x 8 x 8 -> 4 x 8 x 8. */
  private static final class Stem {
    private final Kernel conv1;

    Stem(InferenceBinder bind) {
      Tensor input = bind.slot(1, 3, 8, 8);
      Tensor conv1Out = bind.slot(0, 4, 8, 8);

      conv1 =
          bind.conv2d("conv1", conv(3, 4, 3).padding(1), input, conv1Out, norm("bn1").thenRelu());
    }

    void run() {
      conv1.run();  // input -> conv1Out   3x3   4 x 8 x 8   norm, relu
    }
  }

  /** layer1: 1 x basic block. 4 x 8 x 8 -> 4 x 8 x 8. */
  private static final class Layer1 {
    private final Layer1_0 block0;

    Layer1(InferenceBinder bind) {
      block0 = new Layer1_0(bind);
    }

    void run() {
      block0.run();  // 4 x 8 x 8   basic block
    }
  }

  /** layer1.0: basic block. 4 x 8 x 8 -> 4 x 8 x 8. */
  private static final class Layer1_0 {
    private final Kernel conv1;
    private final Kernel conv2;

    Layer1_0(InferenceBinder bind) {
      Tensor x = bind.slot(0, 4, 8, 8);
      Tensor conv1Out = bind.slot(1, 4, 8, 8);

      conv1 = bind.conv2d(
          "layer1.0.conv1", conv(4, 4, 3).padding(1), x, conv1Out, norm("layer1.0.bn1").thenRelu());
      conv2 = bind.conv2d(
          "layer1.0.conv2", conv(4, 4, 3).padding(1), conv1Out, x,
          norm("layer1.0.bn2").add(x).thenRelu());
    }

    void run() {
      conv1.run();  // x -> conv1Out      3x3   4 x 8 x 8   norm, relu
      conv2.run();  // conv1Out, x -> x   3x3   4 x 8 x 8   norm, add, relu
    }
  }
}
