package user;

import static io.blockwork.engine.Activation.NONE;
import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Gradient.addTo;
import static io.blockwork.engine.Gradient.into;
import static io.blockwork.engine.Window.window;

import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import javax.annotation.processing.Generated;

/**
 * Training of {@link Dense}: a forward pass that keeps what the gradient needs, then the gradient. A
 * {@code d} stands before the name of a gradient, and one that is set to another lies in the same
 * memory. {@code keep} is memory of its own until the gradient is done, {@code slot(s, c, h, w)}
 * memory that others use at other times: the same slot and shape are the same memory, which is how
 * one block hands its gradient to the next. {@code into} overwrites a gradient, {@code addTo} adds
 * to what another reader of the same value has left there before, since the layers run backwards.
 *
 * <pre>
 * stem                   8 x 8 x 8    3x3 convolution
 * features.denseblock1   16 x 8 x 8   2 x dense layer
 * features.transition1   8 x 4 x 4    transition
 * features.denseblock2   12 x 4 x 4   1 x dense layer
 * head                   3 x 1 x 1    global mean, classifier
 *
 * 2,767 parameters, 127,524 multiply-adds for one image
 * kept for one image: 5,196 values
 * 4 slots for one image: 1,024 + 1,024 + 1,024 + 768 = 3,840 values, 15,360 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class DenseBackward implements TrainingPass {
  private final Tensor input;
  private final Tensor output;
  private final Tensor outputGradient;
  private final Tensor inputGradient;
  private final Stem stem;
  private final Denseblock1 denseblock1;
  private final Transition1 transition1;
  private final Denseblock2 denseblock2;
  private final Head head;

  /** Binds every layer. */
  DenseBackward(TrainingBinder bind) {
    bind.slots(1_024L, 1_024L, 1_024L, 768L);
    stem = new Stem(bind);
    denseblock1 = new Denseblock1(bind, stem.denseblock1);
    transition1 = new Transition1(bind, stem.denseblock1);
    denseblock2 = new Denseblock2(bind, transition1.denseblock2);
    head = new Head(bind, transition1.denseblock2);
    input = stem.input;
    output = bind.slot(0, 3, 1, 1);
    outputGradient = bind.slot(1, 3, 1, 1);
    inputGradient = bind.slot(0, 3, 8, 8);
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
  public Tensor outputGradient() {
    return outputGradient;
  }

  @Override
  public Tensor inputGradient() {
    return inputGradient;
  }

  @Override
  public void forward() {
    stem.forward();         // 8 x 8 x 8    3x3 convolution
    denseblock1.forward();  // 16 x 8 x 8   2 x dense layer
    transition1.forward();  // 8 x 4 x 4    transition
    denseblock2.forward();  // 12 x 4 x 4   1 x dense layer
    head.forward();         // 3 x 1 x 1    global mean, classifier
  }

  @Override
  public void backward() {
    head.backward();         // 12 x 4 x 4   global mean, classifier
    denseblock2.backward();  // 8 x 4 x 4    1 x dense layer
    transition1.backward();  // 16 x 8 x 8   transition
    denseblock1.backward();  // 8 x 8 x 8    2 x dense layer
    stem.backward();         // 3 x 8 x 8    3x3 convolution
  }

  /** stem: 3x3 convolution. 3 x 8 x 8 -> 8 x 8 x 8. */
  private static final class Stem {
    private final Layer conv0;
    final Tensor input;
    final Tensor denseblock1;

    Stem(TrainingBinder bind) {
      input = bind.keep(3, 8, 8);
      denseblock1 = bind.keep(16, 8, 8);
      Tensor dDenseblock1 = bind.slot(1, 16, 8, 8);
      Tensor dInput = bind.slot(0, 3, 8, 8);

      conv0 = bind.conv2d(
          "features.conv0", conv(3, 8, 3).padding(1), input, denseblock1.slice(0, 8),
          dDenseblock1.slice(0, 8), into(dInput));
    }

    void forward() {
      conv0.forward();  // input -> denseblock1.slice(0, 8)   3x3   8 x 8 x 8
    }

    void backward() {
      conv0.backward();  // dDenseblock1.slice(0, 8) -> dInput   3x3   3 x 8 x 8
    }
  }

  /** features.denseblock1: 2 x dense layer. 8 x 8 x 8 -> 16 x 8 x 8. */
  private static final class Denseblock1 {
    private final Denseblock1_Denselayer1 denselayer1;
    private final Denseblock1_Denselayer2 denselayer2;

    Denseblock1(TrainingBinder bind, Tensor denseblock1) {
      denselayer1 = new Denseblock1_Denselayer1(bind, denseblock1);
      denselayer2 = new Denseblock1_Denselayer2(bind, denseblock1);
    }

    void forward() {
      denselayer1.forward();  // 12 x 8 x 8   dense layer
      denselayer2.forward();  // 16 x 8 x 8   dense layer
    }

    void backward() {
      denselayer2.backward();  // 12 x 8 x 8   dense layer
      denselayer1.backward();  // 8 x 8 x 8    dense layer
    }
  }

  /** features.denseblock1.denselayer1: dense layer. 8 x 8 x 8 -> 12 x 8 x 8. */
  private static final class Denseblock1_Denselayer1 {
    private final Layer norm1;
    private final Layer conv1;
    private final Layer norm2;
    private final Layer conv2;
    private final Layer dropout;

    Denseblock1_Denselayer1(TrainingBinder bind, Tensor denseblock1) {
      Tensor norm1Out = bind.slot(0, 8, 8, 8);
      Tensor dNorm1Out = bind.slot(3, 8, 8, 8);
      Tensor dDenseblock1 = bind.slot(1, 16, 8, 8);
      Tensor conv1Out = bind.keep(16, 8, 8);
      Tensor dConv1Out = bind.slot(2, 16, 8, 8);
      Tensor norm2Out = bind.slot(0, 16, 8, 8);
      Tensor dNorm2Out = dConv1Out;

      norm1 = bind.batchNormRelu(
          "features.denseblock1.denselayer1.norm1", denseblock1.slice(0, 8), norm1Out, dNorm1Out,
          addTo(dDenseblock1.slice(0, 8)));
      conv1 = bind.conv2d(
          "features.denseblock1.denselayer1.conv1", conv(8, 16, 1), norm1Out, conv1Out, dConv1Out,
          into(dNorm1Out));
      norm2 = bind.batchNormRelu(
          "features.denseblock1.denselayer1.norm2", conv1Out, norm2Out, dNorm2Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "features.denseblock1.denselayer1.conv2", conv(16, 4, 3).padding(1), norm2Out,
          denseblock1.slice(8, 12), dDenseblock1.slice(8, 12), into(dNorm2Out));
      dropout = bind.dropout(
          "features.denseblock1.denselayer1.dropout", 0.2, denseblock1.slice(8, 12),
          dDenseblock1.slice(8, 12));
    }

    void forward() {
      // denseblock1.slice(0, 8) -> norm1Out
      norm1.forward();    // norm          8 x 8 x 8    relu
      // norm1Out -> conv1Out
      conv1.forward();    // 1x1           16 x 8 x 8
      // conv1Out -> norm2Out
      norm2.forward();    // norm          16 x 8 x 8   relu
      // norm2Out -> denseblock1.slice(8, 12)
      conv2.forward();    // 3x3           4 x 8 x 8
      // denseblock1.slice(8, 12) -> denseblock1.slice(8, 12)
      dropout.forward();  // dropout 0.2   4 x 8 x 8
    }

    void backward() {
      // dDenseblock1.slice(8, 12) -> dDenseblock1.slice(8, 12)
      dropout.backward();  // dropout 0.2   4 x 8 x 8
      // conv1Out -> norm2Out
      norm2.recompute();   // norm          16 x 8 x 8
      // dDenseblock1.slice(8, 12) -> dNorm2Out
      conv2.backward();    // 3x3           16 x 8 x 8
      // dNorm2Out -> dConv1Out
      norm2.backward();    // norm          16 x 8 x 8
      // denseblock1.slice(0, 8) -> norm1Out
      norm1.recompute();   // norm          8 x 8 x 8
      // dConv1Out -> dNorm1Out
      conv1.backward();    // 1x1           8 x 8 x 8
      // dNorm1Out -> dDenseblock1.slice(0, 8)
      norm1.backward();    // norm          8 x 8 x 8    adds
    }
  }

  /** features.denseblock1.denselayer2: dense layer. 12 x 8 x 8 -> 16 x 8 x 8. */
  private static final class Denseblock1_Denselayer2 {
    private final Layer norm1;
    private final Layer conv1;
    private final Layer norm2;
    private final Layer conv2;
    private final Layer dropout;

    Denseblock1_Denselayer2(TrainingBinder bind, Tensor denseblock1) {
      Tensor norm1Out = bind.slot(0, 12, 8, 8);
      Tensor dNorm1Out = bind.slot(3, 12, 8, 8);
      Tensor dDenseblock1 = bind.slot(1, 16, 8, 8);
      Tensor conv1Out = bind.keep(16, 8, 8);
      Tensor dConv1Out = bind.slot(2, 16, 8, 8);
      Tensor norm2Out = bind.slot(0, 16, 8, 8);
      Tensor dNorm2Out = dConv1Out;

      norm1 = bind.batchNormRelu(
          "features.denseblock1.denselayer2.norm1", denseblock1.slice(0, 12), norm1Out, dNorm1Out,
          addTo(dDenseblock1.slice(0, 12)));
      conv1 = bind.conv2d(
          "features.denseblock1.denselayer2.conv1", conv(12, 16, 1), norm1Out, conv1Out, dConv1Out,
          into(dNorm1Out));
      norm2 = bind.batchNormRelu(
          "features.denseblock1.denselayer2.norm2", conv1Out, norm2Out, dNorm2Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "features.denseblock1.denselayer2.conv2", conv(16, 4, 3).padding(1), norm2Out,
          denseblock1.slice(12, 16), dDenseblock1.slice(12, 16), into(dNorm2Out));
      dropout = bind.dropout(
          "features.denseblock1.denselayer2.dropout", 0.2, denseblock1.slice(12, 16),
          dDenseblock1.slice(12, 16));
    }

    void forward() {
      // denseblock1.slice(0, 12) -> norm1Out
      norm1.forward();    // norm          12 x 8 x 8   relu
      // norm1Out -> conv1Out
      conv1.forward();    // 1x1           16 x 8 x 8
      // conv1Out -> norm2Out
      norm2.forward();    // norm          16 x 8 x 8   relu
      // norm2Out -> denseblock1.slice(12, 16)
      conv2.forward();    // 3x3           4 x 8 x 8
      // denseblock1.slice(12, 16) -> denseblock1.slice(12, 16)
      dropout.forward();  // dropout 0.2   4 x 8 x 8
    }

    void backward() {
      // dDenseblock1.slice(12, 16) -> dDenseblock1.slice(12, 16)
      dropout.backward();  // dropout 0.2   4 x 8 x 8
      // conv1Out -> norm2Out
      norm2.recompute();   // norm          16 x 8 x 8
      // dDenseblock1.slice(12, 16) -> dNorm2Out
      conv2.backward();    // 3x3           16 x 8 x 8
      // dNorm2Out -> dConv1Out
      norm2.backward();    // norm          16 x 8 x 8
      // denseblock1.slice(0, 12) -> norm1Out
      norm1.recompute();   // norm          12 x 8 x 8
      // dConv1Out -> dNorm1Out
      conv1.backward();    // 1x1           12 x 8 x 8
      // dNorm1Out -> dDenseblock1.slice(0, 12)
      norm1.backward();    // norm          12 x 8 x 8   adds
    }
  }

  /** features.transition1: transition. 16 x 8 x 8 -> 8 x 4 x 4. */
  private static final class Transition1 {
    private final Layer norm;
    private final Layer pool;
    private final Layer conv;
    final Tensor denseblock2;

    Transition1(TrainingBinder bind, Tensor denseblock1) {
      Tensor normOut = bind.keep(16, 8, 8);
      Tensor dNormOut = bind.slot(1, 16, 8, 8);
      Tensor dDenseblock1 = dNormOut;
      Tensor poolOut = bind.keep(16, 4, 4);
      Tensor dPoolOut = bind.slot(0, 16, 4, 4);
      denseblock2 = bind.keep(12, 4, 4);
      Tensor dDenseblock2 = bind.slot(2, 12, 4, 4);

      norm = bind.batchNormRelu(
          "features.transition1.norm", denseblock1, normOut, dNormOut, into(dDenseblock1));
      pool = bind.avgPool(
          "features.transition1.pool", window(2), normOut, poolOut, dPoolOut, into(dNormOut));
      conv = bind.conv2d(
          "features.transition1.conv", conv(16, 8, 1), poolOut, denseblock2.slice(0, 8),
          dDenseblock2.slice(0, 8), into(dPoolOut));
    }

    void forward() {
      norm.forward();  // denseblock1 -> normOut   norm                16 x 8 x 8   relu
      pool.forward();  // normOut -> poolOut       mean 2x2 stride 2   16 x 4 x 4   cheaper here
      conv.forward();  // poolOut -> denseblock2.slice(0, 8)  1x1  8 x 4 x 4
    }

    void backward() {
      conv.backward();  // dDenseblock2.slice(0, 8) -> dPoolOut   1x1                 16 x 4 x 4
      pool.backward();  // dPoolOut -> dNormOut                   mean 2x2 stride 2   16 x 8 x 8
      norm.backward();  // dNormOut -> dDenseblock1               norm                16 x 8 x 8
    }
  }

  /** features.denseblock2: 1 x dense layer. 8 x 4 x 4 -> 12 x 4 x 4. */
  private static final class Denseblock2 {
    private final Denseblock2_Denselayer1 denselayer1;

    Denseblock2(TrainingBinder bind, Tensor denseblock2) {
      denselayer1 = new Denseblock2_Denselayer1(bind, denseblock2);
    }

    void forward() {
      denselayer1.forward();  // 12 x 4 x 4   dense layer
    }

    void backward() {
      denselayer1.backward();  // 8 x 4 x 4   dense layer
    }
  }

  /** features.denseblock2.denselayer1: dense layer. 8 x 4 x 4 -> 12 x 4 x 4. */
  private static final class Denseblock2_Denselayer1 {
    private final Layer norm1;
    private final Layer conv1;
    private final Layer norm2;
    private final Layer conv2;
    private final Layer dropout;

    Denseblock2_Denselayer1(TrainingBinder bind, Tensor denseblock2) {
      Tensor norm1Out = bind.slot(0, 8, 4, 4);
      Tensor dNorm1Out = bind.slot(3, 8, 4, 4);
      Tensor dDenseblock2 = bind.slot(2, 12, 4, 4);
      Tensor conv1Out = bind.keep(16, 4, 4);
      Tensor dConv1Out = bind.slot(1, 16, 4, 4);
      Tensor norm2Out = bind.slot(0, 16, 4, 4);
      Tensor dNorm2Out = dConv1Out;

      norm1 = bind.batchNormRelu(
          "features.denseblock2.denselayer1.norm1", denseblock2.slice(0, 8), norm1Out, dNorm1Out,
          addTo(dDenseblock2.slice(0, 8)));
      conv1 = bind.conv2d(
          "features.denseblock2.denselayer1.conv1", conv(8, 16, 1), norm1Out, conv1Out, dConv1Out,
          into(dNorm1Out));
      norm2 = bind.batchNormRelu(
          "features.denseblock2.denselayer1.norm2", conv1Out, norm2Out, dNorm2Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "features.denseblock2.denselayer1.conv2", conv(16, 4, 3).padding(1), norm2Out,
          denseblock2.slice(8, 12), dDenseblock2.slice(8, 12), into(dNorm2Out));
      dropout = bind.dropout(
          "features.denseblock2.denselayer1.dropout", 0.2, denseblock2.slice(8, 12),
          dDenseblock2.slice(8, 12));
    }

    void forward() {
      // denseblock2.slice(0, 8) -> norm1Out
      norm1.forward();    // norm          8 x 4 x 4    relu
      // norm1Out -> conv1Out
      conv1.forward();    // 1x1           16 x 4 x 4
      // conv1Out -> norm2Out
      norm2.forward();    // norm          16 x 4 x 4   relu
      // norm2Out -> denseblock2.slice(8, 12)
      conv2.forward();    // 3x3           4 x 4 x 4
      // denseblock2.slice(8, 12) -> denseblock2.slice(8, 12)
      dropout.forward();  // dropout 0.2   4 x 4 x 4
    }

    void backward() {
      // dDenseblock2.slice(8, 12) -> dDenseblock2.slice(8, 12)
      dropout.backward();  // dropout 0.2   4 x 4 x 4
      // conv1Out -> norm2Out
      norm2.recompute();   // norm          16 x 4 x 4
      // dDenseblock2.slice(8, 12) -> dNorm2Out
      conv2.backward();    // 3x3           16 x 4 x 4
      // dNorm2Out -> dConv1Out
      norm2.backward();    // norm          16 x 4 x 4
      // denseblock2.slice(0, 8) -> norm1Out
      norm1.recompute();   // norm          8 x 4 x 4
      // dConv1Out -> dNorm1Out
      conv1.backward();    // 1x1           8 x 4 x 4
      // dNorm1Out -> dDenseblock2.slice(0, 8)
      norm1.backward();    // norm          8 x 4 x 4    adds
    }
  }

  /** head: global mean, classifier. 12 x 4 x 4 -> 3 x 1 x 1. */
  private static final class Head {
    private final Layer norm5;
    private final Layer avgpool;
    private final Layer classifier;

    Head(TrainingBinder bind, Tensor denseblock2) {
      Tensor norm5Out = bind.keep(12, 4, 4);
      Tensor dNorm5Out = bind.slot(2, 12, 4, 4);
      Tensor dDenseblock2 = dNorm5Out;
      Tensor avgpoolOut = bind.keep(12, 1, 1);
      Tensor dAvgpoolOut = bind.slot(0, 12, 1, 1);
      Tensor classifierOut = bind.slot(0, 3, 1, 1);
      Tensor dClassifierOut = bind.slot(1, 3, 1, 1);

      norm5 = bind.batchNormRelu(
          "features.norm5", denseblock2, norm5Out, dNorm5Out, into(dDenseblock2));
      avgpool = bind.globalAvgPool("avgpool", norm5Out, avgpoolOut, dAvgpoolOut, into(dNorm5Out));
      classifier = bind.linear(
          "classifier", NONE, avgpoolOut, classifierOut, dClassifierOut, into(dAvgpoolOut));
    }

    void forward() {
      norm5.forward();       // denseblock2 -> norm5Out       norm     12 x 4 x 4   relu
      avgpool.forward();     // norm5Out -> avgpoolOut        mean     12 x 1 x 1
      classifier.forward();  // avgpoolOut -> classifierOut   linear   3 x 1 x 1
    }

    void backward() {
      classifier.backward();  // dClassifierOut -> dAvgpoolOut   linear   12 x 1 x 1
      avgpool.backward();     // dAvgpoolOut -> dNorm5Out        mean     12 x 4 x 4
      norm5.backward();       // dNorm5Out -> dDenseblock2       norm     12 x 4 x 4
    }
  }
}
