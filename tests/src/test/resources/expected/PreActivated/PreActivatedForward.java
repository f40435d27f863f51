package user;

import static io.blockwork.engine.Activation.NONE;
import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Epilogue.none;
import static io.blockwork.engine.Epilogue.norm;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import javax.annotation.processing.Generated;

/**
 * Inference of {@link PreActivated}. 2 batch norms are folded into the convolutions before them; 3 (bn1,
 * bn2) run, with no convolution of their own before them. Kernels add activations and shortcuts to
 * what they compute. {@code slot(s, c, h, w)} is slot {@code s} in the shape of one image: in the
 * same slot and shape, one block hands its output to the next.
 *
 * <pre>
 * stem     4 x 8 x 8   3x3 convolution
 * layer1   4 x 8 x 8   1 x pre-activation basic block
 * layer2   8 x 4 x 4   1 x pre-activation basic block, stride 2
 * head     3 x 1 x 1   global mean, classifier
 *
 * 1,343 parameters, 39,192 multiply-adds for one image
 * 3 slots for one image: 256 + 256 + 256 = 768 values, 3,072 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class PreActivatedForward implements ForwardPass {
  private final Tensor input;
  private final Tensor output;
  private final Stem stem;
  private final Layer1 layer1;
  private final Layer2 layer2;
  private final Head head;

  /** Binds every layer. */
  PreActivatedForward(InferenceBinder bind) {
    bind.slots(256L, 256L, 256L);
    stem = new Stem(bind);
    layer1 = new Layer1(bind);
    layer2 = new Layer2(bind);
    head = new Head(bind);
    input = bind.slot(1, 3, 8, 8);
    output = bind.slot(1, 3, 1, 1);
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
    layer1.run();  // 4 x 8 x 8   1 x pre-activation basic block
    layer2.run();  // 8 x 4 x 4   1 x pre-activation basic block, stride 2
    head.run();    // 3 x 1 x 1   global mean, classifier
  }

  /** stem: 3x3 convolution. 3 x 8 x 8 -> 4 x 8 x 8. */
  private static final class Stem {
    private final Kernel conv1;

    Stem(InferenceBinder bind) {
      Tensor input = bind.slot(1, 3, 8, 8);
      Tensor conv1Out = bind.slot(0, 4, 8, 8);

      conv1 = bind.conv2d("conv1", conv(3, 4, 3).padding(1), input, conv1Out, none());
    }

    void run() {
      conv1.run();  // input -> conv1Out   3x3   4 x 8 x 8
    }
  }

  /** layer1: 1 x pre-activation basic block. 4 x 8 x 8 -> 4 x 8 x 8. */
  private static final class Layer1 {
    private final Layer1_0 block0;

    Layer1(InferenceBinder bind) {
      block0 = new Layer1_0(bind);
    }

    void run() {
      block0.run();  // 4 x 8 x 8   pre-activation basic block
    }
  }

  /** layer1.0: pre-activation basic block. 4 x 8 x 8 -> 4 x 8 x 8. */
  private static final class Layer1_0 {
    private final Kernel bn1;
    private final Kernel conv1;
    private final Kernel conv2;

    Layer1_0(InferenceBinder bind) {
      Tensor x = bind.slot(0, 4, 8, 8);
      Tensor bn1Out = bind.slot(1, 4, 8, 8);
      Tensor conv1Out = bind.slot(2, 4, 8, 8);

      bn1 = bind.batchNormRelu("layer1.0.bn1", x, bn1Out);
      conv1 = bind.conv2d(
          "layer1.0.conv1", conv(4, 4, 3).padding(1), bn1Out, conv1Out,
          norm("layer1.0.bn2").thenRelu());
      conv2 = bind.conv2d("layer1.0.conv2", conv(4, 4, 3).padding(1), conv1Out, x, none().add(x));
    }

    void run() {
      bn1.run();    // x -> bn1Out          norm   4 x 8 x 8   relu
      conv1.run();  // bn1Out -> conv1Out   3x3    4 x 8 x 8   norm, relu
      conv2.run();  // conv1Out, x -> x     3x3    4 x 8 x 8   add
    }
  }

  /** layer2: 1 x pre-activation basic block, stride 2. 4 x 8 x 8 -> 8 x 4 x 4. */
  private static final class Layer2 {
    private final Layer2_0 block0;

    Layer2(InferenceBinder bind) {
      block0 = new Layer2_0(bind);
    }

    void run() {
      block0.run();  // 8 x 4 x 4   pre-activation basic block, stride 2
    }
  }

  /** layer2.0: pre-activation basic block, stride 2. 4 x 8 x 8 -> 8 x 4 x 4. */
  private static final class Layer2_0 {
    private final Kernel bn1;
    private final Kernel downsample;
    private final Kernel conv1;
    private final Kernel conv2;

    Layer2_0(InferenceBinder bind) {
      Tensor x = bind.slot(0, 4, 8, 8);
      Tensor out = bind.slot(1, 8, 4, 4);
      Tensor conv1Out = bind.slot(2, 8, 4, 4);

      bn1 = bind.batchNormRelu("layer2.0.bn1", x, x);
      downsample = bind.padShortcut("layer2.0.downsample", 2, x, out);
      conv1 = bind.conv2d(
          "layer2.0.conv1", conv(4, 8, 3).stride(2).padding(1), x, conv1Out,
          norm("layer2.0.bn2").thenRelu());
      conv2 =
          bind.conv2d("layer2.0.conv2", conv(8, 8, 3).padding(1), conv1Out, out, none().add(out));
    }

    void run() {
      bn1.run();         // x -> x                 norm           4 x 8 x 8   relu
      downsample.run();  // x -> out               pad stride 2   8 x 4 x 4
      conv1.run();       // x -> conv1Out          3x3 stride 2   8 x 4 x 4   norm, relu
      conv2.run();       // conv1Out, out -> out   3x3            8 x 4 x 4   add
    }
  }

  /** head: global mean, classifier. 8 x 4 x 4 -> 3 x 1 x 1. */
  private static final class Head {
    private final Kernel bn2;
    private final Kernel avgpool;
    private final Kernel fc;

    Head(InferenceBinder bind) {
      Tensor x = bind.slot(1, 8, 4, 4);
      Tensor avgpoolOut = bind.slot(0, 8, 1, 1);
      Tensor fcOut = bind.slot(1, 3, 1, 1);

      bn2 = bind.batchNormRelu("bn2", x, x);
      avgpool = bind.globalAvgPool("avgpool", x, avgpoolOut);
      fc = bind.linear("fc", NONE, avgpoolOut, fcOut);
    }

    void run() {
      bn2.run();      // x -> x                norm     8 x 4 x 4   relu
      avgpool.run();  // x -> avgpoolOut       mean     8 x 1 x 1
      fc.run();       // avgpoolOut -> fcOut   linear   3 x 1 x 1
    }
  }
}
