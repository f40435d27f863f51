package user;

import static io.blockwork.engine.Activation.NONE;
import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Epilogue.none;
import static io.blockwork.engine.Epilogue.norm;
import static io.blockwork.engine.Window.window;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import javax.annotation.processing.Generated;

/**
 * Inference of {@link Dense}. 3 batch norms are folded into the convolutions before them; 5 (norm,
 * norm1, norm5) run, with no convolution of their own before them. Kernels add activations and
 * shortcuts to what they compute. {@code slot(s, c, h, w)} is slot {@code s} in the shape of one
 * image: in the same slot and shape, one block hands its output to the next.
 *
 * <pre>
 * stem                   8 x 8 x 8    3x3 convolution
 * features.denseblock1   16 x 8 x 8   2 x dense layer
 * features.transition1   8 x 4 x 4    transition
 * features.denseblock2   12 x 4 x 4   1 x dense layer
 * head                   3 x 1 x 1    global mean, classifier
 *
 * 2,767 parameters, 127,524 multiply-adds for one image
 * 3 slots for one image: 1,024 + 1,024 + 768 = 2,816 values, 11,264 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class DenseForward implements ForwardPass {
  private final Tensor input;
  private final Tensor output;
  private final Stem stem;
  private final Denseblock1 denseblock1;
  private final Transition1 transition1;
  private final Denseblock2 denseblock2;
  private final Head head;

  /** Binds every layer. */
  DenseForward(InferenceBinder bind) {
    bind.slots(1_024L, 1_024L, 768L);
    stem = new Stem(bind);
    denseblock1 = new Denseblock1(bind);
    transition1 = new Transition1(bind);
    denseblock2 = new Denseblock2(bind);
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
    stem.run();         // 8 x 8 x 8    3x3 convolution
    denseblock1.run();  // 16 x 8 x 8   2 x dense layer
    transition1.run();  // 8 x 4 x 4    transition
    denseblock2.run();  // 12 x 4 x 4   1 x dense layer
    head.run();         // 3 x 1 x 1    global mean, classifier
  }

  /** stem: 3x3 convolution. 3 x 8 x 8 -> 8 x 8 x 8. */
  private static final class Stem {
    private final Kernel conv0;

    Stem(InferenceBinder bind) {
      Tensor input = bind.slot(1, 3, 8, 8);
      Tensor denseblock1 = bind.slot(0, 16, 8, 8);

      conv0 = bind.conv2d(
          "features.conv0", conv(3, 8, 3).padding(1), input, denseblock1.slice(0, 8), none());
    }

    void run() {
      conv0.run();  // input -> denseblock1.slice(0, 8)   3x3   8 x 8 x 8
    }
  }

  /** features.denseblock1: 2 x dense layer. 8 x 8 x 8 -> 16 x 8 x 8. */
  private static final class Denseblock1 {
    private final Denseblock1_Denselayer1 denselayer1;
    private final Denseblock1_Denselayer2 denselayer2;

    Denseblock1(InferenceBinder bind) {
      denselayer1 = new Denseblock1_Denselayer1(bind);
      denselayer2 = new Denseblock1_Denselayer2(bind);
    }

    void run() {
      denselayer1.run();  // 12 x 8 x 8   dense layer
      denselayer2.run();  // 16 x 8 x 8   dense layer
    }
  }

  /** features.denseblock1.denselayer1: dense layer. 8 x 8 x 8 -> 12 x 8 x 8. */
  private static final class Denseblock1_Denselayer1 {
    private final Kernel norm1;
    private final Kernel conv1;
    private final Kernel conv2;

    Denseblock1_Denselayer1(InferenceBinder bind) {
      Tensor denseblock1 = bind.slot(0, 16, 8, 8);
      Tensor norm1Out = bind.slot(2, 8, 8, 8);
      Tensor conv1Out = bind.slot(1, 16, 8, 8);

      norm1 = bind.batchNormRelu(
          "features.denseblock1.denselayer1.norm1", denseblock1.slice(0, 8), norm1Out);
      conv1 = bind.conv2d(
          "features.denseblock1.denselayer1.conv1", conv(8, 16, 1), norm1Out, conv1Out,
          norm("features.denseblock1.denselayer1.norm2").thenRelu());
      conv2 = bind.conv2d(
          "features.denseblock1.denselayer1.conv2", conv(16, 4, 3).padding(1), conv1Out,
          denseblock1.slice(8, 12), none());
    }

    void run() {
      norm1.run();  // denseblock1.slice(0, 8) -> norm1Out    norm   8 x 8 x 8    relu
      conv1.run();  // norm1Out -> conv1Out                   1x1    16 x 8 x 8   norm, relu
      conv2.run();  // conv1Out -> denseblock1.slice(8, 12)   3x3    4 x 8 x 8
    }
  }

  /** features.denseblock1.denselayer2: dense layer. 12 x 8 x 8 -> 16 x 8 x 8. */
  private static final class Denseblock1_Denselayer2 {
    private final Kernel norm1;
    private final Kernel conv1;
    private final Kernel conv2;

    Denseblock1_Denselayer2(InferenceBinder bind) {
      Tensor denseblock1 = bind.slot(0, 16, 8, 8);
      Tensor norm1Out = bind.slot(2, 12, 8, 8);
      Tensor conv1Out = bind.slot(1, 16, 8, 8);

      norm1 = bind.batchNormRelu(
          "features.denseblock1.denselayer2.norm1", denseblock1.slice(0, 12), norm1Out);
      conv1 = bind.conv2d(
          "features.denseblock1.denselayer2.conv1", conv(12, 16, 1), norm1Out, conv1Out,
          norm("features.denseblock1.denselayer2.norm2").thenRelu());
      conv2 = bind.conv2d(
          "features.denseblock1.denselayer2.conv2", conv(16, 4, 3).padding(1), conv1Out,
          denseblock1.slice(12, 16), none());
    }

    void run() {
      norm1.run();  // denseblock1.slice(0, 12) -> norm1Out    norm   12 x 8 x 8   relu
      conv1.run();  // norm1Out -> conv1Out                    1x1    16 x 8 x 8   norm, relu
      conv2.run();  // conv1Out -> denseblock1.slice(12, 16)   3x3    4 x 8 x 8
    }
  }

  /** features.transition1: transition. 16 x 8 x 8 -> 8 x 4 x 4. */
  private static final class Transition1 {
    private final Kernel norm;
    private final Kernel pool;
    private final Kernel conv;

    Transition1(InferenceBinder bind) {
      Tensor denseblock1 = bind.slot(0, 16, 8, 8);
      Tensor poolOut = bind.slot(1, 16, 4, 4);
      Tensor denseblock2 = bind.slot(2, 12, 4, 4);

      norm = bind.batchNormRelu("features.transition1.norm", denseblock1, denseblock1);
      pool = bind.avgPool("features.transition1.pool", window(2), denseblock1, poolOut);
      conv = bind.conv2d(
          "features.transition1.conv", conv(16, 8, 1), poolOut, denseblock2.slice(0, 8), none());
    }

    void run() {
      norm.run();  // denseblock1 -> denseblock1   norm                16 x 8 x 8   relu
      pool.run();  // denseblock1 -> poolOut       mean 2x2 stride 2   16 x 4 x 4   cheaper here
      conv.run();  // poolOut -> denseblock2.slice(0, 8)  1x1  8 x 4 x 4
    }
  }

  /** features.denseblock2: 1 x dense layer. 8 x 4 x 4 -> 12 x 4 x 4. */
  private static final class Denseblock2 {
    private final Denseblock2_Denselayer1 denselayer1;

    Denseblock2(InferenceBinder bind) {
      denselayer1 = new Denseblock2_Denselayer1(bind);
    }

    void run() {
      denselayer1.run();  // 12 x 4 x 4   dense layer
    }
  }

  /** features.denseblock2.denselayer1: dense layer. 8 x 4 x 4 -> 12 x 4 x 4. */
  private static final class Denseblock2_Denselayer1 {
    private final Kernel norm1;
    private final Kernel conv1;
    private final Kernel conv2;

    Denseblock2_Denselayer1(InferenceBinder bind) {
      Tensor denseblock2 = bind.slot(2, 12, 4, 4);
      Tensor norm1Out = bind.slot(1, 8, 4, 4);
      Tensor conv1Out = bind.slot(0, 16, 4, 4);

      norm1 = bind.batchNormRelu(
          "features.denseblock2.denselayer1.norm1", denseblock2.slice(0, 8), norm1Out);
      conv1 = bind.conv2d(
          "features.denseblock2.denselayer1.conv1", conv(8, 16, 1), norm1Out, conv1Out,
          norm("features.denseblock2.denselayer1.norm2").thenRelu());
      conv2 = bind.conv2d(
          "features.denseblock2.denselayer1.conv2", conv(16, 4, 3).padding(1), conv1Out,
          denseblock2.slice(8, 12), none());
    }

    void run() {
      norm1.run();  // denseblock2.slice(0, 8) -> norm1Out    norm   8 x 4 x 4    relu
      conv1.run();  // norm1Out -> conv1Out                   1x1    16 x 4 x 4   norm, relu
      conv2.run();  // conv1Out -> denseblock2.slice(8, 12)   3x3    4 x 4 x 4
    }
  }

  /** head: global mean, classifier. 12 x 4 x 4 -> 3 x 1 x 1. */
  private static final class Head {
    private final Kernel norm5;
    private final Kernel avgpool;
    private final Kernel classifier;

    Head(InferenceBinder bind) {
      Tensor denseblock2 = bind.slot(2, 12, 4, 4);
      Tensor avgpoolOut = bind.slot(0, 12, 1, 1);
      Tensor classifierOut = bind.slot(1, 3, 1, 1);

      norm5 = bind.batchNormRelu("features.norm5", denseblock2, denseblock2);
      avgpool = bind.globalAvgPool("avgpool", denseblock2, avgpoolOut);
      classifier = bind.linear("classifier", NONE, avgpoolOut, classifierOut);
    }

    void run() {
      norm5.run();       // denseblock2 -> denseblock2    norm     12 x 4 x 4   relu
      avgpool.run();     // denseblock2 -> avgpoolOut     mean     12 x 1 x 1
      classifier.run();  // avgpoolOut -> classifierOut   linear   3 x 1 x 1
    }
  }
}
