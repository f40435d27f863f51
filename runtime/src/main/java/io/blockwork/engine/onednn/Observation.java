package io.blockwork.engine.onednn;

import io.blockwork.engine.ActivationObserver;
import io.blockwork.memory.NativeValues;
import java.util.List;
import org.bytedeco.dnnl.memory;

/** Shows what the layers of a pass in single precision write. */
final class Observation {
  private final BoundPlan plan;
  private final ActivationObserver observer;
  private final memory copy;

  private Observation(BoundPlan plan, ActivationObserver observer, long elements) {
    this.plan = plan;
    this.observer = observer;
    this.copy = plan.keep(plan.own(PackedWeights.vector(elements * plan.batch())));
  }

  /** Has the observer called after each layer. */
  static void add(StepRecorder recorded, BoundPlan plan, ActivationObserver observer) {
    List<Step> steps = recorded.steps();
    long largest = steps.stream().mapToLong(s -> s.write().elements()).max().orElse(0);
    Observation observation = new Observation(plan, observer, largest);
    for (int i = 0; i < steps.size(); i++) {
      recorded.kernel(i).then(observation.of(steps.get(i)));
    }
  }

  private Runnable of(Step step) {
    PlanTensor tensor = step.write();
    Transfer transfer = Transfer.outOf(plan, tensor);
    long address = copy.get_data_handle().address();
    return () -> {
      transfer.run(address);
      observer.observe(
          step.key(),
          step.path(),
          tensor.channels(),
          NativeValues.floats(address, tensor.elements() * plan.batch()));
    };
  }
}
