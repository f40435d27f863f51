package io.blockwork.onnx;

import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.Tensor;
import io.blockwork.graph.Node;
import io.blockwork.graph.ops.Binding;
import io.blockwork.graph.ops.Call;
import io.blockwork.graph.ops.Code;
import io.blockwork.graph.plans.InferencePlan;
import io.blockwork.graph.plans.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The inference pass of a plan. It makes the very calls that the processor would print for it, so
 * that a network computes the same whether it is generated or loaded.
 */
final class GraphPass implements ForwardPass {
  private final Tensor input;
  private final Tensor output;
  private final List<Kernel> kernels = new ArrayList<>();

  GraphPass(InferencePlan plan, InferenceBinder bind) {
    bind.slots(plan.slots().stream().mapToLong(Long::longValue).toArray());
    for (Node node : plan.graph().nodes()) {
      if (node.op().runs()) {
        var binding = new Names(plan, node, bind);
        Call call = node.op().bind(binding);
        kernels.add((Kernel) Calls.call(bind, node.op().path(), call, binding.tensors));
      }
    }
    input = tensor(bind, plan.places().get(0));
    output = tensor(bind, plan.places().get(plan.graph().output()));
  }

  private static Tensor tensor(InferenceBinder bind, Place place) {
    Place.Buffer buffer = place.buffer();
    Tensor whole =
        bind.slot(
            buffer.slot(),
            buffer.shape().channels(),
            buffer.shape().height(),
            buffer.shape().width());
    return place.whole() ? whole : whole.slice(place.from(), place.from() + place.channels());
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
    for (Kernel kernel : kernels) {
      kernel.run();
    }
  }

  /** Names the tensors of an operation, and keeps them by these names. */
  private static final class Names implements Binding {
    private final InferencePlan plan;
    private final Node node;
    private final InferenceBinder bind;
    private final Map<String, Tensor> tensors = new HashMap<>();

    Names(InferencePlan plan, Node node, InferenceBinder bind) {
      this.plan = plan;
      this.node = node;
      this.bind = bind;
    }

    private Code named(Tensor tensor) {
      String name = "tensor" + tensors.size();
      tensors.put(name, tensor);
      return new Code(name, List.of());
    }

    @Override
    public boolean training() {
      return false;
    }

    @Override
    public int inputs() {
      return node.inputs().size();
    }

    @Override
    public Code src(int input) {
      return named(tensor(bind, plan.places().get(node.input(input))));
    }

    @Override
    public Code src(int input, int from, int to) {
      return named(tensor(bind, plan.places().get(node.input(input))).slice(from, to));
    }

    @Override
    public Code dst() {
      return named(tensor(bind, plan.places().get(node.id())));
    }

    @Override
    public Code name(String name) {
      return new Code('"' + name + '"', List.of());
    }

    @Override
    public Code dDst() {
      throw new IllegalStateException("there are no gradients in inference");
    }

    @Override
    public Optional<Code> dSrc(int input) {
      throw new IllegalStateException("there are no gradients in inference");
    }

    @Override
    public Code dSrc(int input, int from, int to) {
      throw new IllegalStateException("there are no gradients in inference");
    }
  }
}
