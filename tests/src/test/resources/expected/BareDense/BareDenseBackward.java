package user;

import static io.blockwork.engine.Conv.conv;
import static io.blockwork.engine.Gradient.addTo;
import static io.blockwork.engine.Gradient.into;

import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import javax.annotation.processing.Generated;

/**
 * Training of {@link BareDense}: a forward pass that keeps what the gradient needs, then the gradient. A
 * {@code d} stands before the name of a gradient, and one that is set to another lies in the same
 * memory. {@code keep} is memory of its own until the gradient is done, {@code slot(s, c, h, w)}
 * memory that others use at other times: the same slot and shape are the same memory, which is how
 * one block hands its gradient to the next. {@code into} overwrites a gradient, {@code addTo} adds
 * to what another reader of the same value has left there before, since the layers run backwards.
 *
 * <pre>
 * denseblock   12 x 8 x 8   2 x dense layer
 *
 * 456 parameters, 27,648 multiply-adds for one image
 * kept for one image: 1,536 values
 * 2 slots for one image: 768 + 512 = 1,280 values, 5,120 bytes as floats
 * </pre>
 */
@Generated("io.blockwork.processor.BlockworkProcessor")
final class BareDenseBackward implements TrainingPass {
  private final Tensor input;
  private final Tensor output;
  private final Tensor outputGradient;
  private final Tensor inputGradient;
  private final Denseblock denseblock;

  /** Binds every layer. */
  BareDenseBackward(TrainingBinder bind) {
    bind.slots(768L, 512L);
    denseblock = new Denseblock(bind);
    input = denseblock.denseblock.slice(0, 4);
    output = denseblock.denseblock;
    outputGradient = bind.slot(0, 12, 8, 8);
    inputGradient = bind.slot(0, 12, 8, 8).slice(0, 4);
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
    denseblock.forward();  // 12 x 8 x 8   2 x dense layer
  }

  @Override
  public void backward() {
    denseblock.backward();  // 4 x 8 x 8   2 x dense layer
  }

  /** denseblock: 2 x dense layer. 4 x 8 x 8 -> 12 x 8 x 8. */
  private static final class Denseblock {
    private final Denselayer1 denselayer1;
    private final Denselayer2 denselayer2;
    final Tensor denseblock;

    Denseblock(TrainingBinder bind) {
      denselayer1 = new Denselayer1(bind);
      denselayer2 = new Denselayer2(bind, denselayer1.denseblock);
      denseblock = denselayer1.denseblock;
    }

    void forward() {
      denselayer1.forward();  // 8 x 8 x 8    dense layer
      denselayer2.forward();  // 12 x 8 x 8   dense layer
    }

    void backward() {
      denselayer2.backward();  // 8 x 8 x 8   dense layer
      denselayer1.backward();  // 4 x 8 x 8   dense layer
    }
  }

  /** denselayer1: dense layer. 4 x 8 x 8 -> 8 x 8 x 8. */
  private static final class Denselayer1 {
    private final Layer norm1;
    private final Layer conv1;
    final Tensor denseblock;

    Denselayer1(TrainingBinder bind) {
      denseblock = bind.keep(12, 8, 8);
      Tensor norm1Out = bind.keep(4, 8, 8);
      Tensor dNorm1Out = bind.slot(1, 4, 8, 8);
      Tensor dDenseblock = bind.slot(0, 12, 8, 8);

      norm1 = bind.batchNormRelu(
          "denselayer1.norm1", denseblock.slice(0, 4), norm1Out, dNorm1Out,
          addTo(dDenseblock.slice(0, 4)));
      conv1 = bind.conv2d(
          "denselayer1.conv1", conv(4, 4, 3).padding(1), norm1Out, denseblock.slice(4, 8),
          dDenseblock.slice(4, 8), into(dNorm1Out));
    }

    void forward() {
      norm1.forward();  // denseblock.slice(0, 4) -> norm1Out   norm   4 x 8 x 8   relu
      conv1.forward();  // norm1Out -> denseblock.slice(4, 8)   3x3    4 x 8 x 8
    }

    void backward() {
      conv1.backward();  // dDenseblock.slice(4, 8) -> dNorm1Out   3x3    4 x 8 x 8
      norm1.backward();  // dNorm1Out -> dDenseblock.slice(0, 4)   norm   4 x 8 x 8   adds
    }
  }

  /** denselayer2: dense layer. 8 x 8 x 8 -> 12 x 8 x 8. */
  private static final class Denselayer2 {
    private final Layer norm1;
    private final Layer conv1;

    Denselayer2(TrainingBinder bind, Tensor denseblock) {
      Tensor norm1Out = bind.keep(8, 8, 8);
      Tensor dNorm1Out = bind.slot(1, 8, 8, 8);
      Tensor dDenseblock = bind.slot(0, 12, 8, 8);

      norm1 = bind.batchNormRelu(
          "denselayer2.norm1", denseblock.slice(0, 8), norm1Out, dNorm1Out,
          addTo(dDenseblock.slice(0, 8)));
      conv1 = bind.conv2d(
          "denselayer2.conv1", conv(8, 4, 3).padding(1), norm1Out, denseblock.slice(8, 12),
          dDenseblock.slice(8, 12), into(dNorm1Out));
    }

    void forward() {
      norm1.forward();  // denseblock.slice(0, 8) -> norm1Out    norm   8 x 8 x 8   relu
      conv1.forward();  // norm1Out -> denseblock.slice(8, 12)   3x3    4 x 8 x 8
    }

    void backward() {
      conv1.backward();  // dDenseblock.slice(8, 12) -> dNorm1Out   3x3    8 x 8 x 8
      norm1.backward();  // dNorm1Out -> dDenseblock.slice(0, 8)    norm   8 x 8 x 8   adds
    }
  }
}
