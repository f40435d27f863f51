package io.blockwork.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;

import io.blockwork.engine.Activation;
import io.blockwork.engine.onednn.BoundPlan.Scratch;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.LongPointer;
import org.slf4j.LoggerFactory;

/** Collects the calls of kernels of one layer in one direction. */
final class Emitter {
  private final BoundPlan plan;
  private final String path;
  private final List<Runnable> calls = new ArrayList<>();

  Emitter(BoundPlan plan, String path) {
    this.plan = plan;
    this.path = path;
  }

  BoundPlan plan() {
    return plan;
  }

  String path() {
    return path;
  }

  Runnable[] calls() {
    return calls.toArray(Runnable[]::new);
  }

  /** Adds all calls that the other has so far. */
  void repeat(Emitter other) {
    calls.addAll(other.calls);
  }

  /** Adds a loop of our own; see {@link Loop}. */
  void loop(String kind, int items, Supplier<Loop.Body> maker, memory... operands) {
    long bytes = 0;
    for (memory operand : operands) {
      bytes += plan.own(operand.get_desc()).get_size();
    }
    execute(kind, "java", 0, bytes, new Loop(items, plan.threads(), maker));
  }

  /** Adds plain Java. */
  void add(Runnable call) {
    calls.add(call);
  }

  /** A map of arguments: alternately a key and a memory. */
  IntMemoryMap arguments(Object... keysAndMemories) {
    IntMemoryMap map = plan.own(new IntMemoryMap());
    for (int i = 0; i < keysAndMemories.length; i += 2) {
      map.put((Integer) keysAndMemories[i], (memory) keysAndMemories[i + 1]);
    }
    return map;
  }

  /** Attributes whose scratchpad is the plan's. */
  primitive_attr attributes() {
    primitive_attr attributes = plan.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    attributes.set_deterministic(plan.deterministic());
    return attributes;
  }

  /** Attributes with post-ops: first add what is in the destination, then the activation. */
  primitive_attr attributes(boolean sum, Activation activation) {
    primitive_attr attributes = attributes();
    post_ops ops = plan.own(new post_ops());
    if (sum) {
      ops.append_sum();
    }
    Eltwise.append(ops, activation);
    attributes.set_post_ops(ops);
    return attributes;
  }

  /** Adds a primitive. */
  void execute(
      String kind, primitive_desc_base description, primitive primitive, IntMemoryMap arguments) {
    execute(kind, 0, description, primitive, arguments);
  }

  /** Adds a primitive that makes so many floating-point operations. */
  void execute(
      String kind,
      long flops,
      primitive_desc_base description,
      primitive primitive,
      IntMemoryMap arguments) {
    plan.own(primitive);
    memory.desc scratchpad = plan.own(description.scratchpad_desc());
    if (scratchpad.get_size() > 0) {
      arguments.put(DNNL_ARG_SCRATCHPAD, plan.temporary(Scratch.SCRATCHPAD, scratchpad));
    }
    String implementation = description.impl_info_str().getString();
    if (isReference(implementation)) {
      LoggerFactory.getLogger(OneDnnEngine.class)
          .warn(
              "{}: {} of {} runs on oneDNN's slow reference kernel ({})",
              path,
              kind,
              shapes(arguments),
              implementation);
    }
    stream stream = plan.stream();
    execute(
        kind,
        implementation,
        flops,
        () -> bytes(arguments),
        () -> primitive.execute(stream, arguments));
  }

  /**
   * Adds a kernel of our own, which the profile shows as it does oneDNN's.
   *
   * @param kind what it does
   * @param implementation how
   * @param flops floating-point operations, or 0
   * @param bytes that it reads and writes
   */
  void execute(String kind, String implementation, long flops, long bytes, Runnable kernel) {
    execute(kind, implementation, flops, () -> bytes, kernel);
  }

  private void execute(
      String kind, String implementation, long flops, LongSupplier bytes, Runnable kernel) {
    Execution execution = new Execution(path, kind, implementation, flops, bytes, kernel, plan);
    plan.add(execution);
    calls.add(execution);
  }

  /** Bytes that a primitive reads and writes, but for its scratchpad. */
  private static long bytes(IntMemoryMap arguments) {
    long bytes = 0;
    for (IntMemoryMap.Iterator i = arguments.begin();
        !i.equals(arguments.end());
        i = i.increment()) {
      if (i.first() != DNNL_ARG_SCRATCHPAD) {
        bytes += i.second().get_desc().get_size();
      }
    }
    return bytes;
  }

  private static String shapes(IntMemoryMap arguments) {
    StringJoiner shapes = new StringJoiner(", ");
    for (IntMemoryMap.Iterator i = arguments.begin();
        !i.equals(arguments.end());
        i = i.increment()) {
      LongPointer dims = i.second().get_desc().get_dims();
      StringJoiner shape = new StringJoiner(" x ");
      for (long d = 0; d < dims.limit(); d++) {
        shape.add(Long.toString(dims.get(d)));
      }
      shapes.add(shape.toString());
    }
    return shapes.toString();
  }

  /** Whether oneDNN chose its slow reference kernel, for want of a fast one. */
  static boolean isReference(primitive_desc_base description) {
    return isReference(description.impl_info_str().getString());
  }

  private static boolean isReference(String implementation) {
    return implementation.startsWith("ref");
  }

  /** The memory itself if it has that layout, else its values in temporary memory that has. */
  memory convert(memory from, memory.desc layout, Scratch scratch) {
    if (plan.own(from.get_desc()).equals(plan.own(layout))) {
      return from;
    }
    memory converted = plan.temporary(scratch, layout);
    reorder(from, converted, false);
    return converted;
  }

  private static boolean isDense(memory.desc desc) {
    LongPointer dims = desc.get_dims();
    long bytes = dnnl.dnnl_data_type_size(desc.get_data_type().value);
    for (long d = 0; d < dims.limit(); d++) {
      bytes *= dims.get(d);
    }
    return bytes == desc.get_size();
  }

  /** {@code to = from}, or {@code to += from}; any layouts and number formats. */
  void reorder(memory from, memory to, boolean accumulate) {
    memory.desc layout = desc(from);
    if (layout.equals(desc(to)) && !isDense(layout)) {
      // Between equal layouts with gaps, oneDNN 3.11 copies as if there were none.
      memory.desc dense =
          plan.own(
              new memory.desc(
                  layout.get_dims(), layout.get_data_type().intern(), memory.format_tag.nhwc));
      memory between = plan.temporary(Scratch.BETWEEN, dense);
      reorder(from, between, false);
      reorder(between, to, accumulate);
      return;
    }
    reorder.primitive_desc description =
        plan.own(
            new reorder.primitive_desc(from, to, attributes(accumulate, Activation.NONE), false));
    execute(
        accumulate ? "reorder add" : "reorder",
        description,
        new reorder(description),
        arguments(DNNL_ARG_FROM, from, DNNL_ARG_TO, to));
  }

  /** {@code dst = activation(a op b)}; {@code b} may have one value a channel and image. */
  void binary(algorithm op, memory a, memory b, memory dst, Activation activation) {
    binary(op == algorithm.binary_add ? "add" : "multiply", op, a, b, dst, activation);
  }

  /** The same, under a name of its own in the profile. */
  void binary(String kind, algorithm op, memory a, memory b, memory dst, Activation activation) {
    boolean rows = isRowPerImage(desc(a), desc(b));
    binary.primitive_desc description =
        plan.own(
            new binary.primitive_desc(
                BoundPlan.cpu(),
                op,
                rows ? row(a) : desc(a),
                rows ? row(b) : desc(b),
                rows ? row(dst) : desc(dst),
                attributes(false, activation),
                false));
    execute(
        kind,
        description,
        new binary(description),
        arguments(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, b, DNNL_ARG_DST, dst));
  }

  /**
   * Whether images have one channel, of more than a place, and one value each is combined with
   * them: oneDNN 3.11 has a fast kernel for that on rows only.
   */
  private static boolean isRowPerImage(memory.desc a, memory.desc b) {
    LongPointer large = a.get_dims();
    LongPointer small = b.get_dims();
    boolean places = false;
    boolean one = true;
    for (long d = 2; d < large.limit(); d++) {
      places |= large.get(d) > 1;
      one &= small.get(d) == 1;
    }
    return large.get(1) == 1 && places && one && isDense(a) && isDense(b);
  }

  /** Dense images as rows. */
  private memory.desc row(memory images) {
    memory.desc layout = desc(images);
    LongPointer dims = layout.get_dims();
    long places = 1;
    for (long d = 1; d < dims.limit(); d++) {
      places *= dims.get(d);
    }
    return plan.own(layout.reshape(new long[] {dims.get(0), places}));
  }

  private memory.desc desc(memory memory) {
    return plan.own(memory.get_desc());
  }

  /** The tensor's values in dense memory: its own, or a copy in a scratch buffer. */
  memory read(PlanTensor tensor, Scratch scratch) {
    return readAs(tensor, plan.desc(tensor), scratch);
  }

  /** The tensor's values in memory of that layout: its own, or a copy in a scratch buffer. */
  memory readAs(PlanTensor tensor, memory.desc layout, Scratch scratch) {
    return convert(plan.view(tensor), layout, scratch);
  }

  /** Dense memory to write the tensor's values to; {@link #written} has to follow. */
  memory target(PlanTensor tensor, Scratch scratch) {
    return targetAs(tensor, plan.desc(tensor), scratch);
  }

  /** The same in the given layout. */
  memory targetAs(PlanTensor tensor, memory.desc layout, Scratch scratch) {
    plan.own(layout);
    return plan.dense(tensor) && plan.desc(tensor).equals(layout)
        ? plan.memory(tensor)
        : plan.temporary(scratch, layout);
  }

  /** Whether the memory is the tensor's own. */
  @SuppressWarnings("ReferenceEquality")
  boolean isInPlace(memory memory, PlanTensor tensor) {
    return plan.dense(tensor) && plan.memory(tensor) == memory;
  }

  /** Brings what was written to the {@link #target} to its place. */
  void written(memory target, PlanTensor tensor) {
    if (!isInPlace(target, tensor)) {
      reorder(target, plan.view(tensor), false);
    }
  }

  /** Memory for the gradient of a tensor; {@link #accumulated} has to follow. */
  memory gradient(PlanTensor tensor, boolean accumulate, memory.desc layout) {
    return accumulate
        ? plan.temporary(Scratch.GRADIENT, plan.own(layout))
        : targetAs(tensor, layout, Scratch.GRADIENT);
  }

  /** Brings the gradient to its place, or adds it to what is there. */
  void accumulated(memory gradient, PlanTensor tensor, boolean accumulate) {
    if (!accumulate) {
      written(gradient, tensor);
    } else if (plan.dense(tensor) && plan.desc(tensor).equals(plan.own(gradient.get_desc()))) {
      memory sum = plan.memory(tensor);
      binary(algorithm.binary_add, sum, gradient, sum, Activation.NONE);
    } else {
      reorder(gradient, plan.view(tensor), true);
    }
  }
}
