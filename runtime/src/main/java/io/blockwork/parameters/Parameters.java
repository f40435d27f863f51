package io.blockwork.parameters;

import io.blockwork.memory.NativeValues;
import io.blockwork.memory.ShapeMismatchException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The parameters and buffers of a network, by their {@code state_dict} names and in its order.
 *
 * <p>The learnable ones lie in one flat block of memory, the running statistics in another, and
 * ND4J's arrays are views of these blocks. Reading is by copy and writing by {@link #set}, so that
 * bound plans know when what they derived from the parameters is out of date.
 *
 * <p>Initial values are made when somebody first asks for a value: weights that a file brings are
 * never made at random before.
 */
public final class Parameters {
  private final List<ParameterInfo> entries;
  private final DataType dataType;
  private final InitialValues initial;
  private final FlatValues learnable;
  private final FlatValues statistics;
  private final FlatValues counters;
  private final AtomicLong version = new AtomicLong();
  private volatile long passes;

  /** What makes initial values at this moment. Guarded by {@link #unset}. */
  private Optional<SharedWork> making = Optional.empty();

  /** Entries without values. Guarded by itself. */
  private final Map<String, ParameterInfo> unset = new HashMap<>();

  private volatile boolean allSet;

  /**
   * Parameters of the given names and shapes, all zero.
   *
   * @param state the entries, in order
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   */
  public Parameters(List<ParameterInfo> state, DataType dataType) {
    this(state, dataType, InitialValues.zeros());
  }

  /**
   * The parameters that a new network starts with, as torchvision's: convolutions normal with a
   * variance of {@code 2 / fan-out}, linear layers uniform within {@code 1 / sqrt(in)}, batch norms
   * one and zero.
   *
   * @param state the entries, in order
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   * @param seed the same seed gives the same values
   */
  public static Parameters initial(List<ParameterInfo> state, DataType dataType, long seed) {
    return new Parameters(state, dataType, new Initializer(seed, state));
  }

  private Parameters(List<ParameterInfo> state, DataType dataType, InitialValues initial) {
    this.entries = List.copyOf(state);
    this.dataType = dataType;
    this.initial = initial;
    this.learnable = those(info -> info.kind().learnable(), dataType);
    this.statistics = those(info -> !info.kind().learnable() && !isCounter(info), dataType);
    this.counters = those(Parameters::isCounter, DataType.LONG);
    entries.forEach(info -> unset.put(info.name(), info));
  }

  private FlatValues those(Predicate<ParameterInfo> kind, DataType type) {
    return new FlatValues(entries.stream().filter(kind).toList(), type);
  }

  private static boolean isCounter(ParameterInfo info) {
    return info.kind() == ParameterInfo.Kind.NUM_BATCHES_TRACKED;
  }

  /** {@code FLOAT} or {@code DOUBLE}. */
  public DataType dataType() {
    return dataType;
  }

  /**
   * The type of the entry: {@link #dataType()}, or {@code LONG} for {@code num_batches_tracked}.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public DataType dataType(String name) {
    return holder(name).type();
  }

  /** Every entry, in {@code state_dict} order. */
  public List<ParameterInfo> entries() {
    return entries;
  }

  /** Every name, in {@code state_dict} order. */
  public List<String> names() {
    return entries.stream().map(ParameterInfo::name).toList();
  }

  /** Number of learnable values. */
  public long count() {
    return entries.stream()
        .filter(p -> p.kind().learnable())
        .mapToLong(ParameterInfo::length)
        .sum();
  }

  /**
   * A copy of the entry.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public INDArray get(String name) {
    return view(name).dup('c');
  }

  /**
   * Replaces the values of the entry.
   *
   * @param values an array of exactly the entry's shape, of any floating-point type (any number
   *     type for {@code num_batches_tracked})
   * @throws NoSuchElementException if there is none of that name
   * @throws ShapeMismatchException if the shape is another
   */
  public void set(String name, INDArray values) {
    INDArray view = holder(name).view(name);
    if (!Arrays.equals(view.shape(), values.shape())) {
      throw new ShapeMismatchException(
          "%s: expected shape %s, got %s"
              .formatted(name, Arrays.toString(view.shape()), Arrays.toString(values.shape())));
    }
    overwrite(name, memory -> view.assign(values.castTo(view.dataType())));
    touch();
  }

  /**
   * The entry itself, for engines and updaters. Whoever writes to it calls {@link #touch}
   * afterwards.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public INDArray view(String name) {
    FlatValues holder = holder(name);
    makeInitialValues();
    return holder.view(name);
  }

  /**
   * The memory of the entry itself, row by row, for engines. Whoever writes to it calls {@link
   * #touch} afterwards.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public NativeValues values(String name) {
    FlatValues holder = holder(name);
    makeInitialValues();
    return holder.values(name);
  }

  /**
   * Lets {@code writer} write every value of the entry, of which it reads none: no initial values
   * are made for it. Whoever calls this calls {@link #touch} afterwards.
   *
   * @param writer gets the entry's memory, row by row; it must not read other entries
   * @throws NoSuchElementException if there is none of that name
   */
  public void overwrite(String name, Consumer<NativeValues> writer) {
    NativeValues values = holder(name).values(name);
    synchronized (unset) {
      if (making.isPresent()) {
        makeInitialValues();
      }
      writer.accept(values);
      unset.remove(name);
    }
  }

  /**
   * All learnable values, in order, as one flat array; whoever writes to it calls {@link #touch}
   * afterwards.
   */
  public INDArray flat() {
    makeInitialValues();
    return learnable.flat();
  }

  /**
   * What is known of the entry.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public ParameterInfo info(String name) {
    return holder(name).info(name);
  }

  private FlatValues holder(String name) {
    for (FlatValues each : List.of(learnable, statistics, counters)) {
      if (each.has(name)) {
        return each;
      }
    }
    throw new NoSuchElementException("no parameter is called " + name);
  }

  /** Begins to make initial values on other threads, if somebody is going to need them soon. */
  public void prepare() {
    if (!allSet) {
      synchronized (unset) {
        making = Optional.of(making.orElseGet(this::startMaking));
      }
    }
  }

  private SharedWork startMaking() {
    return SharedWork.start(
        unset.values().stream()
            .map(
                info -> {
                  NativeValues values = holder(info.name()).values(info.name());
                  return (Runnable) () -> initial.fill(info, values);
                })
            .toList());
  }

  private void makeInitialValues() {
    if (allSet) {
      return;
    }
    synchronized (unset) {
      SharedWork work = making.orElseGet(this::startMaking);
      making = Optional.empty();
      work.finish();
      unset.clear();
      allSet = true;
    }
  }

  /**
   * Says that values have changed: what engines derived from them is made anew before the next use.
   */
  public void touch() {
    version.incrementAndGet();
  }

  /**
   * Loads values from elsewhere: {@code load(weights)} from a weight file, strictly, and all or
   * nothing; {@code load(weights.lenient())} and the like relax that.
   *
   * @return what the source tells of it
   * @throws RuntimeException as the source says; a weight file's is {@code WeightsException}, if it
   *     does not fit, and nothing has changed then
   */
  public <R> R load(ParameterSource<R> source) {
    return source.into(this);
  }

  /** Grows with every change of a value. */
  public long version() {
    return version.get();
  }

  /**
   * Training passes that the network has run, in all. Dropout draws its masks by this number and
   * the seed, so that a training that is taken up again drops what it would have dropped.
   */
  public long passes() {
    return passes;
  }

  /** Sets the number of training passes, to go on where a saved training stopped. */
  public void passes(long count) {
    passes = count;
  }
}
