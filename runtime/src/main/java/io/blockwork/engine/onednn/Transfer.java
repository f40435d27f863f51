package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.blockwork.memory.Address;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;

/** Moves values between a float array of the caller and a tensor of the plan. */
final class Transfer {
  private final BoundPlan plan;
  private final memory user;
  private final reorder reorder;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final Address address = new Address(0);

  private Transfer(BoundPlan plan, PlanTensor tensor, boolean inwards) {
    this.plan = plan;
    memory.desc plain =
        plan.own(
            new memory.desc(
                new long[] {plan.batch(), tensor.channels(), tensor.height(), tensor.width()},
                memory.data_type.f32,
                memory.format_tag.nchw));
    user = plan.wrap(plain, 0);
    memory own = plan.view(tensor);
    memory from = inwards ? user : own;
    memory to = inwards ? own : user;
    reorder = plan.own(new reorder(from, to));
    plan.own(arguments);
    arguments.put(DNNL_ARG_FROM, from);
    arguments.put(DNNL_ARG_TO, to);
  }

  /** From the caller's array into the tensor. */
  static Transfer into(BoundPlan plan, PlanTensor tensor) {
    return new Transfer(plan, tensor, true);
  }

  /** From the tensor into the caller's array. */
  static Transfer outOf(BoundPlan plan, PlanTensor tensor) {
    return new Transfer(plan, tensor, false);
  }

  /** Moves all images; the array is {@code nchw}, at this address. */
  void run(long userAddress) {
    user.set_data_handle(address.moveTo(userAddress));
    reorder.execute(plan.stream(), arguments);
  }
}
