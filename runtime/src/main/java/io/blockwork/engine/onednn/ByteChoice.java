package io.blockwork.engine.onednn;

import io.blockwork.engine.Quantization;
import io.blockwork.engine.TensorRange;
import io.blockwork.engine.ValueRange;
import io.blockwork.engine.norm.ByteSliceNorm;
import io.blockwork.engine.onednn.PlanTensor.Storage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Decides which tensors of a pass are stored as bytes, with which grids, and which layers compute
 * in integers.
 *
 * <p>What lies in one slot from one time that it is filled to the next is a {@link Buffer}; several
 * layers may fill parts of it, whose readers see a concatenation. A buffer holds bytes if that
 * takes no more conversions than floats would.
 */
final class ByteChoice {
  /**
   * How one layer is computed, and where its values are.
   *
   * @param bytes how in integers; empty: in single precision
   * @param why it is computed in single precision; empty if it is not
   */
  record Layer(Optional<ByteLayer> bytes, List<ByteValue> reads, ByteValue write, String why) {}

  private record Part(int from, int to, Optional<TensorRange> range) {
    boolean overlaps(Part other) {
      return from < other.to && other.from < to;
    }
  }

  private static final class Buffer {
    private final PlanTensor whole;
    private final List<Part> parts = new ArrayList<>();

    /** Numbers of layers. */
    private final List<Integer> writers = new ArrayList<>();

    private final List<Integer> readers = new ArrayList<>();
    private final BitSet filled = new BitSet();
    private boolean floats;
    private boolean bytes;
    private Optional<ByteGrid> grid = Optional.empty();
    private ByteParts layout = ByteParts.NONE;

    /** Where it lies if that is not its slot. */
    private Optional<Storage> elsewhere = Optional.empty();

    Buffer(PlanTensor whole) {
      this.whole = whole;
    }

    boolean isOf(PlanTensor tensor) {
      return whole.equals(tensor.whole());
    }
  }

  private final List<Step> steps;
  private final Quantization quantization;
  private final Map<Storage, Buffer> current = new HashMap<>();
  private final List<Buffer> buffers = new ArrayList<>();
  private final List<List<Buffer>> reads = new ArrayList<>();
  private final List<Buffer> writes = new ArrayList<>();

  private ByteChoice(List<Step> steps, Quantization quantization) {
    this.steps = steps;
    this.quantization = quantization;
  }

  /**
   * Decides.
   *
   * @param steps the layers in order
   * @param input the images, which are floats
   * @param outputs the results, which are floats
   */
  static List<Layer> of(
      List<Step> steps, PlanTensor input, List<PlanTensor> outputs, Quantization quantization) {
    ByteChoice choice = new ByteChoice(steps, quantization);
    Buffer images = choice.begin(input);
    images.floats = true;
    choice.fill(images, input, Quantization.INPUT);
    for (int i = 0; i < steps.size(); i++) {
      choice.follow(i);
    }
    outputs.forEach(output -> choice.bufferOf(output).floats = true);
    choice.buffers.forEach(choice::decide);
    choice.buffers.forEach(choice::divide);
    for (int i = 0; i < steps.size(); i++) {
      choice.separate(i);
    }
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      layers.add(choice.layer(i));
    }
    return layers;
  }

  private Buffer begin(PlanTensor tensor) {
    Buffer made = new Buffer(tensor.whole());
    buffers.add(made);
    current.put(tensor.storage(), made);
    return made;
  }

  private Buffer bufferOf(PlanTensor tensor) {
    Buffer buffer = current.get(tensor.storage());
    if (buffer == null) {
      return begin(tensor);
    }
    if (!buffer.isOf(tensor)) {
      // The same memory under another shape: only floats lie as a caller expects.
      buffer.floats = true;
    }
    return buffer;
  }

  private void fill(Buffer buffer, PlanTensor tensor, String key) {
    int from = tensor.from();
    int to = from + tensor.channels();
    buffer.filled.set(from, to);
    Optional<TensorRange> range =
        quantization.range(key).filter(r -> r.channels().size() == tensor.channels());
    buffer.parts.add(new Part(from, to, range));
  }

  private void follow(int at) {
    Step step = steps.get(at);
    List<Buffer> from = step.reads().stream().map(this::bufferOf).toList();
    from.forEach(buffer -> buffer.readers.add(at));
    reads.add(from);
    PlanTensor write = step.write();
    Buffer known = current.get(write.storage());
    boolean goesOn =
        known != null
            && known.isOf(write)
            && !write.isWhole()
            && (step.reads().contains(write)
                || known.filled.get(write.from(), write.from() + write.channels()).isEmpty());
    Buffer to = goesOn && known != null ? known : begin(write);
    to.writers.add(at);
    fill(to, write, step.key());
    writes.add(to);
  }

  private Optional<ByteLayer> wanted(int at) {
    Step step = steps.get(at);
    return step.bytes().filter(layer -> !quantization.floatLayers().contains(step.path()));
  }

  private void decide(Buffer buffer) {
    boolean known = buffer.parts.stream().allMatch(part -> part.range().isPresent());
    if (!known || buffer.parts.isEmpty()) {
      return;
    }
    long integers = buffer.readers.stream().filter(s -> wanted(s).isPresent()).count();
    long others =
        buffer.readers.size()
            - integers
            + buffer.writers.stream().filter(s -> wanted(s).isEmpty()).count();
    buffer.bytes = !buffer.floats && integers > 0 && others <= integers;
    buffer.grid = Optional.of(grid(buffer));
  }

  private ByteGrid grid(Buffer buffer) {
    int channels = buffer.whole.channels();
    boolean free =
        buffer.bytes
            && buffer.readers.stream()
                .allMatch(i -> wanted(i).map(ByteLayer::readsAnyGrid).orElse(true))
            && buffer.writers.stream()
                .allMatch(i -> wanted(i).map(ByteLayer::writesAnyGrid).orElse(true));
    ByteGrid grid = free ? perChannel(buffer, channels) : uniform(buffer, channels);
    if (!buffer.bytes || (!free && buffer.parts.size() > 1)) {
      return grid;
    }
    for (int i = 0; i < buffer.writers.size(); i++) {
      Part part = buffer.parts.get(i);
      // What is overwritten in its place has two ranges, and the grid holds both.
      boolean once = buffer.parts.stream().filter(part::overlaps).count() == 1;
      Optional<ByteGrid> same =
          passedBy(buffer.writers.get(i)).filter(g -> once && (free || g.isUniform()));
      if (same.isPresent()) {
        grid = grid.with(part.from(), same.get());
      }
    }
    return grid;
  }

  /** Lays the parts apart if all readers gather them. */
  private void divide(Buffer buffer) {
    List<Integer> bounds = new ArrayList<>();
    int end = 0;
    boolean fits = buffer.bytes && buffer.parts.size() > 1;
    for (Part part : buffer.parts.stream().sorted(Comparator.comparing(Part::from)).toList()) {
      fits &= part.from() == end && part.to() - end >= ByteSliceNorm.LEAST_CHANNELS;
      bounds.add(part.from());
      end = part.to();
    }
    bounds.add(end);
    ByteParts parts = new ByteParts(bounds);
    if (fits
        && end == buffer.whole.channels()
        && buffer.readers.stream().allMatch(step -> gathers(step, buffer, parts))) {
      buffer.layout = parts;
    }
  }

  private boolean gathers(int at, Buffer buffer, ByteParts parts) {
    List<PlanTensor> from = steps.get(at).reads();
    boolean whole = true;
    for (int i = 0; i < from.size(); i++) {
      whole &= reads.get(at).get(i) != buffer || parts.consistsOfParts(from.get(i));
    }
    return whole && layer(at).bytes().filter(ByteLayer::gathers).isPresent();
  }

  /** Lets a layer that gathers its input write elsewhere than over it. */
  private void separate(int at) {
    Buffer from = reads.get(at).get(0);
    Buffer to = writes.get(at);
    if (from.layout.bounds().isEmpty()
        || !to.bytes
        || to.writers.size() > 1
        || to.whole.storage() != from.whole.storage()) {
      return;
    }
    Set<Storage> living =
        buffers.stream()
            .filter(other -> other.readers.stream().anyMatch(reader -> reader >= at))
            .flatMap(other -> other.elsewhere.stream())
            .collect(Collectors.toSet());
    to.elsewhere =
        buffers.stream()
            .flatMap(other -> other.elsewhere.stream())
            .filter(storage -> !living.contains(storage))
            .findFirst()
            .or(() -> Optional.of(new Storage("beside " + to.whole.storage())));
  }

  private static ByteGrid uniform(Buffer buffer, int channels) {
    ValueRange all =
        buffer.parts.stream()
            .map(part -> part.range().orElseThrow().whole())
            .reduce(ValueRange::with)
            .orElseThrow();
    return ByteGrid.uniform(all, channels);
  }

  private static ByteGrid perChannel(Buffer buffer, int channels) {
    Map<Integer, ValueRange> each = new HashMap<>();
    for (Part part : buffer.parts) {
      for (int c = part.from(); c < part.to(); c++) {
        ValueRange range = part.range().orElseThrow().channels().get(c - part.from());
        each.merge(c, range, ValueRange::with);
      }
    }
    ValueRange unused = new ValueRange(0, 0);
    return ByteGrid.perChannel(
        IntStream.range(0, channels).mapToObj(c -> each.getOrDefault(c, unused)).toList());
  }

  /** The grid that a layer passes on from its input as it is, if it computes on bytes. */
  private Optional<ByteGrid> passedBy(int at) {
    Step step = steps.get(at);
    ByteValue read = value(reads.get(at).get(0), step.reads().get(0));
    ByteValue write = new ByteValue(step.write(), true, read.grid());
    return wanted(at)
        .filter(ByteLayer::bytesOnly)
        .filter(layer -> read.bytes() && layer.accepts(List.of(read), write))
        .flatMap(layer -> read.grid());
  }

  private Layer layer(int at) {
    Step step = steps.get(at);
    List<ByteValue> from = new ArrayList<>();
    for (int i = 0; i < step.reads().size(); i++) {
      from.add(value(reads.get(at).get(i), step.reads().get(i)));
    }
    ByteValue to = value(writes.get(at), step.write());
    String why = obstacle(step, from, to);
    return new Layer(why.isEmpty() ? step.bytes() : Optional.empty(), from, to, why);
  }

  /** Why a layer is not computed in integers; empty if it is. */
  private String obstacle(Step step, List<ByteValue> from, ByteValue to) {
    if (step.bytes().isEmpty()) {
      return "there is no kernel of bytes for it";
    }
    if (quantization.floatLayers().contains(step.path())) {
      return "it is to stay in single precision";
    }
    if (from.stream().anyMatch(v -> v.grid().isEmpty())) {
      return "the range of an input is not known";
    }
    ByteLayer layer = step.bytes().get();
    boolean stored = to.bytes() && from.get(0).bytes();
    boolean uniform =
        from.stream().skip(layer.readsAnyGrid() ? 1 : 0).allMatch(v -> v.knownGrid().isUniform());
    return (layer.bytesOnly() && !stored) || !uniform || !layer.accepts(from, to)
        ? "its neighbours compute in single precision"
        : "";
  }

  private static ByteValue value(Buffer buffer, PlanTensor tensor) {
    Optional<ByteGrid> grid =
        buffer.grid.map(g -> g.slice(tensor.from(), tensor.from() + tensor.channels()));
    PlanTensor place = buffer.elsewhere.map(tensor::in).orElse(tensor);
    return new ByteValue(place, buffer.bytes, grid, buffer.layout);
  }
}
