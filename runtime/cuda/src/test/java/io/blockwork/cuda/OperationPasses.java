package io.blockwork.cuda;

import io.blockwork.cuda.OperationCase.Ends;
import io.blockwork.cuda.OperationCase.TrainedEnds;
import io.blockwork.engine.Activation;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.Gradient;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Layer;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import java.util.ArrayList;
import java.util.List;

/** Passes of a single operation, between copies, as a generated class would bind them. */
final class OperationPasses {
  private static final int BATCH = 3;

  private OperationPasses() {}

  /** The operation with whatever else a pass needs. */
  static CheckCase checkCase(OperationCase operation, int around, boolean add) {
    int[] in = operation.input();
    int[] out = operation.output();
    return new CheckCase(
        "%s, around %d, adding %s".formatted(operation, around, add),
        BATCH,
        in[0] * in[1] * in[2],
        out[0] * out[1] * out[2],
        operation.state(),
        bind -> inference(bind, operation, around),
        bind -> training(bind, operation, around, add),
        operation.trains());
  }

  private static long length(int channels, int[] shape) {
    return (long) channels * shape[1] * shape[2];
  }

  private static Tensor middle(Tensor tensor, int around) {
    return around == 0 ? tensor : tensor.slice(around, tensor.channels() - around);
  }

  static ForwardPass inference(InferenceBinder bind, OperationCase operation, int around) {
    int[] in = operation.input();
    int[] out = operation.output();
    bind.slots(
        length(in[0], in),
        length(in[0] + 2 * around, in),
        length(out[0] + 2 * around, out),
        length(out[0], out),
        length(in[0] + 2 * around, in));
    Tensor input = bind.slot(0, in[0], in[1], in[2]);
    Tensor src = middle(bind.slot(1, in[0] + 2 * around, in[1], in[2]), around);
    Tensor dst = middle(bind.slot(2, out[0] + 2 * around, out[1], out[2]), around);
    Tensor result = bind.slot(3, out[0], out[1], out[2]);
    Tensor wide =
        operation.gate()
            ? bind.slot(4, in[0] + 2 * around, 1, 1)
            : bind.slot(4, in[0] + 2 * around, in[1], in[2]);
    Tensor other = middle(wide, around);
    List<Kernel> kernels = new ArrayList<>();
    kernels.add(bind.copy("enter", input, src));
    kernels.add(
        operation.gate()
            ? bind.globalAvgPool("other", src, other)
            : bind.activation("other", Activation.TANH, src, other));
    kernels.add(operation.inference().bind(bind, new Ends(src, other, dst)));
    kernels.add(bind.copy("leave", dst, result));
    return new ForwardPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return result;
      }

      @Override
      public void run() {
        kernels.forEach(Kernel::run);
      }
    };
  }

  static TrainingPass training(
      TrainingBinder bind, OperationCase operation, int around, boolean add) {
    int[] in = operation.input();
    int[] out = operation.output();
    bind.slots(length(in[0] + 2 * around, in));
    Tensor input = bind.keep(in[0], in[1], in[2]);
    Tensor dInput = bind.keep(in[0], in[1], in[2]);
    Tensor src = middle(bind.keep(in[0] + 2 * around, in[1], in[2]), around);
    Tensor dSrc = middle(bind.slot(0, in[0] + 2 * around, in[1], in[2]), around);
    int[] second = operation.gate() ? new int[] {in[0], 1, 1} : in;
    Tensor other = middle(bind.keep(in[0] + 2 * around, second[1], second[2]), around);
    Tensor dOther = middle(bind.keep(in[0] + 2 * around, second[1], second[2]), around);
    Tensor dst = middle(bind.keep(out[0] + 2 * around, out[1], out[2]), around);
    Tensor dDst = middle(bind.keep(out[0] + 2 * around, out[1], out[2]), around);
    Tensor result = bind.keep(out[0], out[1], out[2]);
    Tensor dResult = bind.keep(out[0], out[1], out[2]);
    List<Layer> layers = new ArrayList<>();
    layers.add(bind.copy("enter", input, src, dSrc, Gradient.into(dInput)));
    // Backward comes after the operation itself, and adds to its gradient.
    Gradient more = Gradient.addTo(dSrc);
    layers.add(
        operation.gate()
            ? bind.globalAvgPool("other", src, other, dOther, more)
            : bind.activation("other", Activation.TANH, src, other, dOther, more));
    Gradient first = add ? Gradient.addTo(dSrc) : Gradient.into(dSrc);
    Gradient last = add ? Gradient.addTo(dOther) : Gradient.into(dOther);
    layers.add(
        operation.training().bind(bind, new TrainedEnds(src, other, dst, dDst, first, last)));
    if (add) {
      layers.add(bind.clear("clear", dSrc));
    }
    // An operation of one input leaves the gradient of the other as it is.
    layers.add(bind.clear("clear other", dOther));
    layers.add(bind.copy("leave", dst, result, dResult, Gradient.into(dDst)));
    return new TrainingPass() {
      @Override
      public Tensor input() {
        return input;
      }

      @Override
      public Tensor output() {
        return result;
      }

      @Override
      public Tensor outputGradient() {
        return dResult;
      }

      @Override
      public Tensor inputGradient() {
        return dInput;
      }

      @Override
      public void forward() {
        layers.forEach(Layer::forward);
      }

      @Override
      public void backward() {
        for (int i = layers.size() - 1; i >= 0; i--) {
          layers.get(i).backward();
        }
      }
    };
  }
}
