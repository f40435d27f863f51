package io.blockwork.engine.onednn;

import io.blockwork.engine.Precision;
import io.blockwork.engine.onednn.PlanTensor.Storage;
import io.blockwork.engine.winograd.TileTables;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.memory.Address;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The memory of one bound pass, and the primitives that work on it.
 *
 * <p>Storages are given memory at once. Temporaries, which live within one layer, share one scratch
 * buffer for each role ({@link Scratch}); it is made in {@link #finish}, when the largest is known.
 */
final class BoundPlan implements AutoCloseable {
  /** bfloat16 kernels want four input channels; the three of an image are followed by a zero. */
  private static final int PADDED_INPUT = 4;

  /** The role of a scratch buffer in a layer. Those of different roles may be in use at once. */
  enum Scratch {
    SCRATCHPAD,
    SOURCE,
    SECOND_SOURCE,
    TARGET,
    GRADIENT,
    PRODUCT,
    BETWEEN,
    WEIGHTS,
    PLAIN_WEIGHTS,
    TRANSFORMED,
    /** Holds zeros, which no layer overwrites. */
    ZEROS
  }

  /** How a plan is made, apart from its layers. */
  record Settings(
      int batch,
      Precision precision,
      Layout layout,
      boolean deterministic,
      WinogradChoice winograd,
      boolean timed) {}

  private record Late(memory memory, Scratch scratch) {}

  private final Settings settings;
  private final PlanTensor input;
  private final boolean padInput;
  private final Set<PlanTensor> floats;
  private final Arena arena = new Arena();
  private final stream stream;
  private final Map<Storage, Long> addresses = new HashMap<>();
  private final Map<PlanTensor, memory.desc> descs = new HashMap<>();
  private final Map<PlanTensor, memory> memories = new HashMap<>();
  private final Map<PlanTensor, memory> views = new HashMap<>();
  private final Map<Scratch, Long> scratchBytes = new EnumMap<>(Scratch.class);
  private final Map<Scratch, Long> scratchAddresses = new EnumMap<>(Scratch.class);
  private final List<Late> late = new ArrayList<>();
  private final List<Runnable> onFinish = new ArrayList<>();
  private final List<Execution> executions = new ArrayList<>();
  private final TileTables tileTables = new TileTables();
  private final CheckMemory checkMemory = new CheckMemory();
  private final long paddedInput;
  private final int threads = OneDnnLibrary.threads();

  /**
   * Lays out memory.
   *
   * @param settings batch, precision, layout
   * @param elements elements for one image of each storage
   * @param input the tensor of the images
   * @param floats tensors that stay in single precision
   */
  BoundPlan(
      Settings settings, Map<Storage, Long> elements, PlanTensor input, Set<PlanTensor> floats) {
    this.settings = settings;
    this.input = input.whole();
    this.floats = Set.copyOf(floats);
    this.padInput =
        settings.precision() == Precision.BFLOAT16
            && input.isWhole()
            && input.channels() < PADDED_INPUT;
    this.stream = arena.own(OneDnnLibrary.newStream());
    Set<Storage> wide = floats.stream().map(PlanTensor::storage).collect(Collectors.toSet());
    Map<Storage, Long> bytes = new LinkedHashMap<>();
    elements.forEach(
        (storage, size) -> {
          Precision largest = wide.contains(storage) ? Precision.FLOAT : settings.precision();
          bytes.put(storage, Math.multiplyExact(size, settings.batch() * (long) largest.bytes()));
        });
    NativeBlock.requireRoom(
        bytes.values().stream().reduce(0L, Math::addExact), "the values between layers");
    bytes.forEach((storage, size) -> addresses.put(storage, arena.allocate(size)));
    this.paddedInput = padInput ? zeroed((long) PADDED_INPUT * input.pixels()) : 0;
  }

  private long zeroed(long elements) {
    long bytes = elements * settings.batch() * settings.precision().bytes();
    long address = arena.allocate(bytes);
    Pointer.memset(new Address(address), 0, bytes);
    return address;
  }

  int batch() {
    return settings.batch();
  }

  Precision precision() {
    return settings.precision();
  }

  Layout layout() {
    return settings.layout();
  }

  WinogradChoice winograd() {
    return settings.winograd();
  }

  stream stream() {
    return stream;
  }

  boolean deterministic() {
    return settings.deterministic();
  }

  boolean timed() {
    return settings.timed();
  }

  static engine cpu() {
    return OneDnnLibrary.cpu();
  }

  /** Keeps a native object referenced, and frees it with the plan. */
  <P extends Pointer> P own(P pointer) {
    return arena.own(pointer);
  }

  /** Does something when the plan is closed, before its memory is freed. */
  void onClose(Runnable action) {
    arena.onClose(action);
  }

  /** Does something when temporaries have their memory. */
  void onFinish(Runnable action) {
    onFinish.add(action);
  }

  void add(Execution execution) {
    executions.add(execution);
  }

  List<Execution> executions() {
    return executions;
  }

  /** Bytes of native memory that the plan holds. */
  long bytes() {
    return arena.allocated() + tileTables.bytes();
  }

  Precision precision(PlanTensor tensor) {
    return floats.contains(tensor.whole()) ? Precision.FLOAT : settings.precision();
  }

  /** The number format of the tensor's values, as oneDNN calls it. */
  memory.data_type type(PlanTensor tensor) {
    return type(precision(tensor));
  }

  static memory.data_type type(Precision precision) {
    return switch (precision) {
      case FLOAT -> memory.data_type.f32;
      case BFLOAT16 -> memory.data_type.bf16;
    };
  }

  /** Whether the tensor's values lie in memory as {@link #desc} says, with nothing between. */
  boolean dense(PlanTensor tensor) {
    if (isPadded(tensor)) {
      return false;
    }
    return tensor.isWhole()
        || (settings.layout() == Layout.BLOCKED
            && settings.batch() == 1
            && tensor.parent() % Layout.BLOCK == 0
            && tensor.from() % Layout.BLOCK == 0
            && tensor.channels() % Layout.BLOCK == 0);
  }

  /** Whether the tensor is the images' and has a channel of zeros behind. */
  boolean isPadded(PlanTensor tensor) {
    return padInput && tensor.whole().equals(input);
  }

  /** The padded tensor of the images, as a convolution reads it. */
  memory paddedInput() {
    memory.desc desc = paddedInputDesc();
    return own(new memory(desc, cpu(), new Address(paddedInput)));
  }

  memory.desc paddedInputDesc() {
    return own(
        settings
            .layout()
            .desc(settings.precision(), batch(), PADDED_INPUT, input.height(), input.width()));
  }

  /** Threads that a loop of ours may use. */
  int threads() {
    return threads;
  }

  /** The values of dense memory that holds what the tensor does. */
  ImageValues values(memory memory, PlanTensor tensor) {
    return ImageValues.of(memory, precision(tensor), batch(), tensor.elements());
  }

  /** The dense descriptor of the tensor's shape with the channels of a place side by side. */
  memory.desc channelsLast(PlanTensor tensor) {
    return own(
        Layout.CHANNELS_LAST.desc(
            precision(tensor), batch(), tensor.channels(), tensor.height(), tensor.width()));
  }

  /** The dense descriptor of the tensor's shape: what kernels work on. */
  memory.desc desc(PlanTensor tensor) {
    return descs.computeIfAbsent(tensor, this::newDesc);
  }

  private memory.desc newDesc(PlanTensor tensor) {
    return own(
        settings
            .layout()
            .desc(precision(tensor), batch(), tensor.channels(), tensor.height(), tensor.width()));
  }

  /**
   * The dense tensor itself.
   *
   * @throws IllegalArgumentException if it is not dense
   */
  memory memory(PlanTensor tensor) {
    if (!dense(tensor)) {
      throw new IllegalArgumentException(tensor + " is not dense");
    }
    memory known = memories.get(tensor);
    if (known == null) {
      long offset = (long) tensor.from() * tensor.pixels() * precision(tensor).bytes();
      known = own(new memory(desc(tensor), cpu(), new Address(address(tensor) + offset)));
      memories.put(tensor, known);
    }
    return known;
  }

  /** The tensor as it lies in memory, dense or not: only re-orders work on it. */
  memory view(PlanTensor tensor) {
    if (dense(tensor)) {
      return memory(tensor);
    }
    memory known = views.get(tensor);
    if (known == null) {
      known = makeView(tensor);
      views.put(tensor, known);
    }
    return known;
  }

  private memory makeView(PlanTensor tensor) {
    long[] dims = {batch(), tensor.channels(), tensor.height(), tensor.width()};
    boolean blocked =
        settings.layout() == Layout.BLOCKED
            && tensor.parent() % Layout.BLOCK == 0
            // Without pixels, blocks are no different from plain channels, and may be cut anywhere.
            && tensor.pixels() > 1;
    if (blocked) {
      memory.desc part =
          own(desc(tensor.whole()).submemory_desc(dims, new long[] {0, tensor.from(), 0, 0}));
      return own(new memory(part, cpu(), new Address(address(tensor))));
    }
    long[] strides = strides(tensor);
    memory.desc part = own(new memory.desc(dims, type(tensor), strides));
    long offset = tensor.from() * strides[1] * precision(tensor).bytes();
    return own(new memory(part, cpu(), new Address(address(tensor) + offset)));
  }

  /** Some channels of dense memory. */
  memory part(memory whole, long from, long channels) {
    memory.desc desc = own(whole.get_desc());
    LongPointer dims = own(desc.get_dims());
    long[] part = {dims.get(0), channels, dims.get(2), dims.get(3)};
    memory.desc view = own(desc.submemory_desc(part, new long[] {0, from, 0, 0}));
    return own(new memory(view, cpu(), whole.get_data_handle()));
  }

  /** Distances, in values, of neighbours in each dimension of a tensor that is not blocked. */
  private long[] strides(PlanTensor tensor) {
    long pitch = isPadded(tensor) ? PADDED_INPUT : tensor.parent();
    long row = tensor.width();
    return settings.layout() == Layout.CHANNELS_LAST
        ? new long[] {pitch * tensor.pixels(), 1, pitch * row, pitch}
        : new long[] {pitch * tensor.pixels(), tensor.pixels(), row, 1};
  }

  /** Where the storage of the tensor starts. */
  long address(PlanTensor tensor) {
    if (isPadded(tensor)) {
      return paddedInput;
    }
    Long address = addresses.get(tensor.storage());
    if (address == null) {
      throw new IllegalArgumentException(tensor + " belongs to another plan");
    }
    return address;
  }

  /** Dense memory under another description, which asks for no more bytes. */
  @SuppressWarnings("ReferenceEquality") // the very same memory
  memory alias(memory memory, memory.desc desc) {
    own(desc);
    for (Late each : late) {
      if (each.memory() == memory) {
        return temporary(each.scratch(), desc);
      }
    }
    return own(new memory(desc, cpu(), memory.get_data_handle()));
  }

  /** A tensor without pixels as the {@code nchw} values of a shape that was flattened into it. */
  memory unflattened(PlanTensor flat, PlanTensor shape) {
    long pixels = shape.pixels();
    long[] dims = {batch(), shape.channels(), shape.height(), shape.width()};
    long[] strides = {flat.parent(), pixels, shape.width(), 1};
    Precision precision = precision(flat);
    memory.desc desc = own(new memory.desc(dims, type(precision), strides));
    return wrap(desc, address(flat) + (long) flat.from() * precision.bytes());
  }

  /** Memory of zeros, as long as the plan lives. */
  memory zeros(memory.desc desc) {
    memory zeros = keep(desc);
    Pointer.memset(zeros.get_data_handle(), 0, desc.get_size());
    return zeros;
  }

  /** Memory that lives within one layer. */
  memory temporary(Scratch scratch, memory.desc desc) {
    memory memory = own(new memory(desc, cpu(), new Address(0)));
    late.add(new Late(memory, scratch));
    reserve(scratch, desc.get_size());
    return memory;
  }

  /** Asks for so many bytes that live within one layer; they are there {@link #onFinish}. */
  void reserve(Scratch scratch, long bytes) {
    scratchBytes.merge(scratch, bytes, Math::max);
  }

  /** Where memory lies that was {@linkplain #reserve reserved}, once the plan is finished. */
  long address(Scratch scratch) {
    return scratchAddresses.getOrDefault(scratch, 0L);
  }

  /** Memory of its own, as long as the plan lives. */
  memory keep(memory.desc desc) {
    return own(new memory(desc, cpu(), new Address(arena.allocate(desc.get_size()))));
  }

  /** The address of so many bytes, which live as long as the plan does. */
  long allocate(long bytes) {
    return arena.allocate(bytes);
  }

  /** One float that stays as it is. */
  memory constant(double value) {
    memory constant = keep(own(PackedWeights.vector(1)));
    NativeValues.floats(constant.get_data_handle().address(), 1).put(0, (float) value);
    return constant;
  }

  /** Memory that something else owns. */
  memory wrap(memory.desc desc, long address) {
    return own(new memory(desc, cpu(), new Address(address)));
  }

  /** Gives the temporaries their memory. Called once, when every layer has its kernels. */
  void finish() {
    checkMemory.close();
    scratchBytes.forEach((scratch, bytes) -> scratchAddresses.put(scratch, arena.allocate(bytes)));
    Optional.ofNullable(scratchBytes.get(Scratch.ZEROS))
        .ifPresent(bytes -> Pointer.memset(new Address(address(Scratch.ZEROS)), 0, bytes));
    for (Late each : late) {
      each.memory().set_data_handle(new Address(address(each.scratch())));
    }
    late.clear();
    onFinish.forEach(Runnable::run);
    onFinish.clear();
  }

  /** Memory for the checks of the plan's Winograd convolutions, until the plan is finished. */
  CheckMemory checkMemory() {
    return checkMemory;
  }

  /** The tables that the plan's Winograd convolutions share. */
  TileTables tileTables() {
    return tileTables;
  }

  @Override
  public void close() {
    arena.close();
    tileTables.close();
    checkMemory.close();
  }
}
