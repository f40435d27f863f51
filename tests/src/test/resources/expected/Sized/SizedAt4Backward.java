package user;

import static io.blockwork.engine.Activation.NONE;
import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Gradient.addTo;
import static io.blockwork.engine.Gradient.into;

import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import javax.annotation.processing.Generated;

/**
 * Training of {@link Sized}: a forward pass that keeps what the gradient needs, then the gradient. A
 * {@code d} stands before the name of a gradient, and one that is set to another lies in the same
 * memory. {@code keep} is memory of its own until the gradient is done, {@code slot(s, c, h, w)}
 * memory that others use at other times: the same slot and shape are the same memory, which is how
 * one block hands its gradient to the next. {@code into} overwrites a gradient, {@code addTo} adds
 * to what another reader of the same value has left there before, since the layers run backwards.
 *
 * <pre>
 * stem     4 x 4 x 4   3x3 convolution
 * layer1   4 x 4 x 4   1 x basic block
 * head     3 x 1 x 1   global mean, classifier
 *
 * 435 parameters, 6,348 multiply-adds for one image
 * kept for one image: 436 values
 * 3 slots for one image: 64 + 64 + 64 = 192 values, 768 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class SizedAt4Backward implements TrainingPass {
  private final Tensor input;
  private final Tensor output;
  private final Tensor outputGradient;
  private final Tensor inputGradient;
  private final Stem stem;
  private final Layer1 layer1;
  private final Head head;

  /** Binds every layer. */
  SizedAt4Backward(TrainingBinder bind) {
    bind.slots(64L, 64L, 64L);
    stem = new Stem(bind);
    layer1 = new Layer1(bind, stem.out);
    head = new Head(bind, layer1.out);
    input = stem.input;
    output = bind.slot(0, 3, 1, 1);
    outputGradient = bind.slot(2, 3, 1, 1);
    inputGradient = bind.slot(1, 3, 4, 4);
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
    stem.forward();    // 4 x 4 x 4   3x3 convolution
    layer1.forward();  // 4 x 4 x 4   1 x basic block
    head.forward();    // 3 x 1 x 1   global mean, classifier
  }

  @Override
  public void backward() {
    head.backward();    // 4 x 4 x 4   global mean, classifier
    layer1.backward();  // 4 x 4 x 4   1 x basic block
    stem.backward();    // 3 x 4 x 4   3x3 convolution
  }

  /** stem: 3x3 convolution. 3 x 4 x 4 -> 4 x 4 x 4. */
  private static final class Stem {
    private final Layer conv1;
    private final Layer bn1;
    final Tensor input;
    final Tensor out;

    Stem(TrainingBinder bind) {
      input = bind.keep(3, 4, 4);
      Tensor conv1Out = bind.keep(4, 4, 4);
      Tensor dConv1Out = bind.slot(0, 4, 4, 4);
      Tensor dInput = bind.slot(1, 3, 4, 4);
      out = bind.keep(4, 4, 4);
      Tensor dOut = dConv1Out;

      conv1 =
          bind.conv2d("conv1", conv(3, 4, 3).padding(1), input, conv1Out, dConv1Out, into(dInput));
      bn1 = bind.batchNormRelu("bn1", conv1Out, out, dOut, into(dConv1Out));
    }

    void forward() {
      conv1.forward();  // input -> conv1Out   3x3    4 x 4 x 4
      bn1.forward();    // conv1Out -> out     norm   4 x 4 x 4   relu
    }

    void backward() {
      bn1.backward();    // dOut -> dConv1Out     norm   4 x 4 x 4
      conv1.backward();  // dConv1Out -> dInput   3x3    3 x 4 x 4
    }
  }

  /** layer1: 1 x basic block. 4 x 4 x 4 -> 4 x 4 x 4. */
  private static final class Layer1 {
    private final Layer1_0 block0;
    final Tensor out;

    Layer1(TrainingBinder bind, Tensor x) {
      block0 = new Layer1_0(bind, x);
      out = block0.out;
    }

    void forward() {
      block0.forward();  // 4 x 4 x 4   basic block
    }

    void backward() {
      block0.backward();  // 4 x 4 x 4   basic block
    }
  }

  /** layer1.0: basic block. 4 x 4 x 4 -> 4 x 4 x 4. */
  private static final class Layer1_0 {
    private final Layer conv1;
    private final Layer bn1;
    private final Layer conv2;
    private final Layer bn2;
    private final Layer add;
    final Tensor out;

    Layer1_0(TrainingBinder bind, Tensor x) {
      Tensor conv1Out = bind.keep(4, 4, 4);
      Tensor dConv1Out = bind.slot(2, 4, 4, 4);
      Tensor dX = bind.slot(0, 4, 4, 4);
      Tensor bn1Out = bind.keep(4, 4, 4);
      Tensor dBn1Out = dConv1Out;
      Tensor conv2Out = bind.keep(4, 4, 4);
      Tensor dConv2Out = bind.slot(1, 4, 4, 4);
      out = bind.keep(4, 4, 4);
      Tensor dOut = dX;

      conv1 = bind.conv2d(
          "layer1.0.conv1", conv(4, 4, 3).padding(1), x, conv1Out, dConv1Out, addTo(dX));
      bn1 = bind.batchNormRelu("layer1.0.bn1", conv1Out, bn1Out, dBn1Out, into(dConv1Out));
      conv2 = bind.conv2d(
          "layer1.0.conv2", conv(4, 4, 3).padding(1), bn1Out, conv2Out, dConv2Out, into(dBn1Out));
      bn2 = bind.batchNorm("layer1.0.bn2", conv2Out, out, dOut, into(dConv2Out));
      add = bind.addRelu("layer1.0.add", out, x, out, dOut);
    }

    void forward() {
      conv1.forward();  // x -> conv1Out        3x3    4 x 4 x 4
      bn1.forward();    // conv1Out -> bn1Out   norm   4 x 4 x 4   relu
      conv2.forward();  // bn1Out -> conv2Out   3x3    4 x 4 x 4
      bn2.forward();    // conv2Out -> out      norm   4 x 4 x 4
      add.forward();    // out, x -> out        add    4 x 4 x 4   relu
    }

    void backward() {
      add.backward();    // dOut -> dOut           add    4 x 4 x 4
      bn2.backward();    // dOut -> dConv2Out      norm   4 x 4 x 4
      conv2.backward();  // dConv2Out -> dBn1Out   3x3    4 x 4 x 4
      bn1.backward();    // dBn1Out -> dConv1Out   norm   4 x 4 x 4
      conv1.backward();  // dConv1Out -> dX        3x3    4 x 4 x 4   adds
    }
  }

  /** head: global mean, classifier. 4 x 4 x 4 -> 3 x 1 x 1. */
  private static final class Head {
    private final Layer avgpool;
    private final Layer fc;

    Head(TrainingBinder bind, Tensor x) {
      Tensor avgpoolOut = bind.keep(4, 1, 1);
      Tensor dAvgpoolOut = bind.slot(1, 4, 1, 1);
      Tensor dX = bind.slot(0, 4, 4, 4);
      Tensor fcOut = bind.slot(0, 3, 1, 1);
      Tensor dFcOut = bind.slot(2, 3, 1, 1);

      avgpool = bind.globalAvgPool("avgpool", x, avgpoolOut, dAvgpoolOut, into(dX));
      fc = bind.linear("fc", NONE, avgpoolOut, fcOut, dFcOut, into(dAvgpoolOut));
    }

    void forward() {
      avgpool.forward();  // x -> avgpoolOut       mean     4 x 1 x 1
      fc.forward();       // avgpoolOut -> fcOut   linear   3 x 1 x 1
    }

    void backward() {
      fc.backward();       // dFcOut -> dAvgpoolOut   linear   4 x 1 x 1
      avgpool.backward();  // dAvgpoolOut -> dX       mean     4 x 4 x 4
    }
  }
}
