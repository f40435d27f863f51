package io.blockwork.parameters;

import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.memory.Finite;
import io.blockwork.memory.NativeValues;
import io.blockwork.memory.ShapeMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters and buffers of a network, by their {@code state_dict} names and in its order.
 *
 * <p>The learnable ones lie in one flat block of memory, the running statistics in another. Reading
 * is by copy. Writing is by {@link #set}, {@link #load} and the like: each waits until no {@link
 * #read} action, and so no {@code forward}, is running, and keeps new ones waiting until it is
 * done. {@link #update} makes several changes one. So whoever reads sees the values of one moment.
 *
 * <p>Initial values are made when somebody first asks for a value: weights that a file brings are
 * never made at random before.
 */
public final class Parameters implements AutoCloseable {
  private final List<ParameterInfo> entries;
  private final Modules modules;
  private final DataType dataType;
  private final FirstValues firstValues;
  private final FlatValues learnable;
  private final FlatValues statistics;
  private final FlatValues counters;
  private final AtomicLong version = new AtomicLong();

  private final LayerVersions layers;

  /** Every entry. */
  private final Part all;

  /**
   * Fair: a writer is not kept waiting by readers that come after it, nor they by later writers.
   */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);

  private final ParameterMemory memory = new Lent();
  private volatile long passes;

  /** Version whose values are known to be finite. */
  private volatile long finite = -1;

  /** Written under the lock for writing. */
  private volatile boolean closed;

  /** Fetches values that an engine has changed elsewhere; empty: those here are the newest. */
  private volatile Optional<Runnable> elsewhere = Optional.empty();

  /** Held while values are fetched: several readers may ask for them at once. */
  private final Object fetching = new Object();

  /** Calls of {@link #write} that are running. Guarded by the lock for writing. */
  private int lendings;

  /** Replaced as a whole, under the lock for writing. */
  private volatile Map<String, String> metadata = Map.of();

  /**
   * Parameters of the given names and shapes, all zero.
   *
   * @param state the entries, in order
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   */
  public Parameters(List<ParameterInfo> state, DataType dataType) {
    this(state, Modules.NONE, dataType, InitialValues.zeros());
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
    Objects.requireNonNull(dataType, "dataType");
    return initial(state, Modules.NONE, dataType, seed);
  }

  /**
   * The same for a network whose modules are known.
   *
   * @param state the entries, in order
   * @param modules what files are compared with beside the entries
   * @param dataType {@code FLOAT} or {@code DOUBLE}
   * @param seed the same seed gives the same values
   */
  public static Parameters initial(
      List<ParameterInfo> state, Modules modules, DataType dataType, long seed) {
    Objects.requireNonNull(modules, "modules");
    Objects.requireNonNull(dataType, "dataType");
    return new Parameters(state, modules, dataType, new Initializer(seed, state));
  }

  private Parameters(
      List<ParameterInfo> state, Modules modules, DataType dataType, InitialValues initial) {
    this.entries = List.copyOf(Objects.requireNonNull(state, "state"));
    this.layers = new LayerVersions(entries);
    this.all = new Part(layers.all());
    this.modules = Objects.requireNonNull(modules, "modules");
    this.dataType = Objects.requireNonNull(dataType, "dataType");
    this.learnable = those(info -> info.kind().learnable(), dataType);
    this.statistics = those(info -> !info.kind().learnable() && !isCounter(info), dataType);
    this.counters = those(Parameters::isCounter, DataType.INT64);
    this.firstValues = new FirstValues(entries, initial, name -> holder(name).values(name));
  }

  private FlatValues those(Predicate<ParameterInfo> kind, DataType type) {
    return new FlatValues(entries.stream().filter(kind).toList(), type, "parameters");
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

  /** What is known of the network's modules, for files to be loaded. */
  public Modules modules() {
    return modules;
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
    FlatValues holder = holder(name);
    return read(
        () -> {
          makeCurrent();
          return holder.view(name).dup('c');
        });
  }

  /**
   * Copies of all entries at one moment, by name and in order. They lie in no workspace, and may be
   * closed when they are no longer used.
   */
  public Map<String, INDArray> copies() {
    return read(
        () -> {
          Map<String, INDArray> copies = new LinkedHashMap<>();
          try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            names().forEach(name -> copies.put(name, get(name)));
          }
          return copies;
        });
  }

  /** A copy of all learnable values, in order, as one array of one dimension. */
  public INDArray flat() {
    return read(
        () -> {
          requireOpen();
          makeCurrent();
          return learnable.flat().dup();
        });
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
    Objects.requireNonNull(values, "values");
    FlatValues holder = holder(name);
    long[] shape = holder.info(name).dimensions();
    if (!Arrays.equals(shape, values.shape())) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected shape %s, got %s",
              name, Arrays.toString(shape), Arrays.toString(values.shape())));
    }
    overwrite(name, memory -> holder.view(name).assign(values.castTo(holder.type())));
  }

  /**
   * Replaces the values of the entry by numbers in row-major order.
   *
   * @param values as many as the entry's shape asks for
   * @throws NoSuchElementException if there is none of that name
   * @throws ShapeMismatchException if there are more or fewer
   */
  public void set(String name, double... values) {
    Objects.requireNonNull(values, "values");
    ParameterInfo info = info(name);
    if (values.length != info.length()) {
      throw new ShapeMismatchException(
          SafeText.format(
              "%s: expected %d values for its shape %s, got %d",
              name, info.length(), Arrays.toString(info.dimensions()), values.length));
    }
    set(name, Nd4j.createFromArray(values).reshape('c', info.dimensions()));
  }

  /**
   * What is written beside the values wherever they are saved, such as the names of the classes
   * that they tell apart.
   */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Adds an entry to the {@link #metadata}, or replaces it. */
  public void metadata(String key, String value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    update(
        () -> {
          Map<String, String> more = new LinkedHashMap<>(metadata);
          more.put(key, value);
          metadata = Collections.unmodifiableMap(more);
        });
  }

  /**
   * Makes several changes one: no {@code forward} and no other reader sees some of them made and
   * others not. Waits for those that are running, and keeps others waiting; the action itself may
   * read, too, and run the network.
   *
   * <p>If the action throws, what it has changed until then stays changed.
   *
   * @param changes calls {@link #set}, {@link #load} and the like
   * @throws IllegalStateException if a {@link #read} action of the same thread calls this
   */
  public void update(Runnable changes) {
    update(
        () -> {
          changes.run();
          return true;
        });
  }

  /** {@link #update(Runnable)} for changes that have a result. */
  public <T> T update(Supplier<T> changes) {
    if (lock.getReadHoldCount() > 0 && !lock.isWriteLockedByCurrentThread()) {
      throw new IllegalStateException(
          "parameters cannot be changed while the same thread reads them: change them after the read action has ended");
    }
    lock.writeLock().lock();
    try {
      return changes.get();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Does something while no value changes, so that all that it reads is of one moment. Several
   * threads may read at once.
   *
   * @param action must not change parameters
   */
  public <T> T read(Supplier<T> action) {
    lock.readLock().lock();
    try {
      return action.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * The first entry, in order, that holds a NaN or an infinity; empty if there is none. Takes time
   * only when values have changed since the last time. Entries that still have the initial values,
   * which are finite, are not looked at, and not made for this.
   */
  public Optional<String> firstNonFinite() {
    if (finite == version()) {
      return Optional.empty();
    }
    return read(
        () -> {
          settle();
          long current = version();
          List<String> names = firstValues.given();
          boolean[] bad = new boolean[names.size()];
          List<Runnable> looks = new ArrayList<>();
          for (int i = 0; i < bad.length; i++) {
            int index = i;
            NativeValues values = holder(names.get(i)).values(names.get(i));
            looks.add(() -> bad[index] = !Finite.all(values));
          }
          SharedWork.start(looks).finish();
          for (int i = 0; i < bad.length; i++) {
            if (bad[i]) {
              return Optional.of(names.get(i));
            }
          }
          finite = current;
          return Optional.empty();
        });
  }

  /**
   * The memory of the entry, row by row, for engines: to be read only, and in a {@link #read}
   * action. It is freed when the network is closed.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  public NativeValues values(String name) {
    FlatValues holder = holder(name);
    makeCurrent();
    return holder.values(name).readOnly();
  }

  /**
   * Lends the memory itself to optimisers and engines, who may change any of it in place. An {@link
   * #update} as a whole.
   *
   * @param writer must not use the memory after it has returned, but within another call of this
   */
  public void write(Consumer<ParameterMemory> writer) {
    write(all, writer);
  }

  /** Some entries of these parameters. */
  public static final class Part {
    private final int[] layers;

    private Part(int... layers) {
      this.layers = layers;
    }
  }

  /**
   * The entries of those names, for {@link #write(Part, Consumer)}.
   *
   * @throws NoSuchElementException if there is none of a name
   */
  public Part part(Set<String> names) {
    Objects.requireNonNull(names, "names");
    names.forEach(this::holder);
    return new Part(layers.numbers(names));
  }

  /**
   * The same for a writer that changes only some entries: what engines derived from others stays.
   *
   * @param part the entries that it may change
   * @param writer must not use the memory after it has returned, but within another call of this
   */
  public void write(Part part, Consumer<ParameterMemory> writer) {
    Objects.requireNonNull(writer, "writer");
    Objects.requireNonNull(part, "part");
    update(
        () -> {
          requireOpen();
          makeCurrent();
          lendings++;
          try {
            writer.accept(memory);
          } finally {
            lendings--;
            touch(part);
          }
        });
  }

  /**
   * Lets an engine change values where it keeps a copy of them, such as on a device. Those here are
   * old from then on, and fetched when somebody reads or writes one. An {@link #update} as a whole;
   * within a {@link #write} action, the values are fetched at once.
   *
   * <p>If the change throws, nothing is taken to have changed.
   *
   * @param fetch copies all learnable values and running statistics to here; the same object each
   *     time for the same copy. It may be called by several threads, one at a time.
   * @param change changes the copy; of the memory here, it may change what the copy lacks
   * @return what the change gives
   */
  public <T> T writeElsewhere(Runnable fetch, Function<ParameterMemory, T> change) {
    Objects.requireNonNull(fetch, "fetch");
    Objects.requireNonNull(change, "change");
    return update(
        () -> {
          requireOpen();
          firstValues.make();
          if (elsewhere.isPresent() && elsewhere.get() != fetch) {
            settle();
          }
          T result = change.apply(memory);
          elsewhere = Optional.of(fetch);
          touch(all);
          if (lendings > 0) {
            settle();
          }
          return result;
        });
  }

  /**
   * Fetches what {@link #writeElsewhere} has changed, if it was not fetched yet. Engines call this
   * before they give their copy up; all that reads values here does so by itself.
   */
  public void settle() {
    if (elsewhere.isEmpty()) {
      return;
    }
    read(
        () -> {
          synchronized (fetching) {
            elsewhere.ifPresent(Runnable::run);
            elsewhere = Optional.empty();
            return true;
          }
        });
  }

  private void makeCurrent() {
    firstValues.make();
    settle();
  }

  /**
   * Lets {@code writer} write every value of the entry, of which it reads none: no initial values
   * are made for it. An {@link #update} as a whole.
   *
   * @param writer gets the entry's memory, row by row; it must not read other entries
   * @throws NoSuchElementException if there is none of that name
   */
  public void overwrite(String name, Consumer<NativeValues> writer) {
    Objects.requireNonNull(writer, "writer");
    NativeValues values = holder(name).values(name);
    Set<String> written = new HashSet<>();
    overwrite(
        () -> {
          writer.accept(values);
          written.add(name);
        },
        Set.of(name),
        written);
  }

  /**
   * {@link #overwrite(String, Consumer)} for several entries, whose writers run side by side, each
   * on one of several threads. All have ended when this returns or throws: a writer that fails does
   * not keep the others from writing, and its own entry holds what was there before or initial
   * values, with whatever the writer wrote over them.
   *
   * @param writers by the names of the entries; they must not use these parameters otherwise
   * @throws NoSuchElementException if there is none of a name; nothing is written then
   */
  public void overwrite(Map<String, Consumer<NativeValues>> writers) {
    Set<String> written = ConcurrentHashMap.newKeySet();
    List<Runnable> tasks = new ArrayList<>();
    writers.forEach(
        (name, writer) -> {
          NativeValues values = holder(name).values(name);
          tasks.add(
              () -> {
                writer.accept(values);
                written.add(name);
              });
        });
    if (!tasks.isEmpty()) {
      overwrite(() -> SharedWork.start(tasks).finish(), writers.keySet(), written);
    }
  }

  /**
   * @param work writes values
   * @param names of the entries that it may have changed, should it fail
   * @param written names of the entries that have got theirs, once it has ended
   */
  private void overwrite(Runnable work, Set<String> names, Set<String> written) {
    update(
        () -> {
          requireOpen();
          settle();
          firstValues.give(
              written,
              () -> {
                try {
                  work.run();
                } finally {
                  touch(new Part(layers.numbers(names)));
                }
              });
        });
  }

  /** What {@link #write} lends. */
  private final class Lent implements ParameterMemory {
    @Override
    public NativeValues values(String name) {
      return lent(name).values(name);
    }

    @Override
    public INDArray view(String name) {
      return lent(name).view(name);
    }

    @Override
    public INDArray flat() {
      requireLent();
      return learnable.flat();
    }

    private FlatValues lent(String name) {
      requireLent();
      return holder(name);
    }

    private void requireLent() {
      if (!lock.isWriteLockedByCurrentThread()) {
        throw new IllegalStateException(
            "the memory of parameters is available only during a call to Parameters.write");
      }
    }
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
    requireOpen();
    for (FlatValues each : List.of(learnable, statistics, counters)) {
      if (each.has(name)) {
        return each;
      }
    }
    throw new NoSuchElementException(
        "no parameter is called " + SafeText.of(name) + NearestName.suggestion(name, names()));
  }

  /** Begins to make initial values on other threads, if somebody is going to need them soon. */
  public void prepare() {
    firstValues.prepare();
  }

  /**
   * Says that values have changed: what engines derived from them is made anew before use. The new
   * version is known only when it is known of which layers it is.
   */
  private void touch(Part part) {
    long now = version.get() + 1;
    layers.change(part.layers, now);
    version.set(now);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "these parameters belong to a network that is closed: read them before you close it");
    }
  }

  /**
   * Gives the memory back, as closing the network does. Waits for {@link #read} actions that are
   * running; whoever uses the parameters later gets an {@link IllegalStateException}.
   */
  @Override
  public void close() {
    update(
        () -> {
          if (closed) {
            return;
          }
          closed = true;
          elsewhere = Optional.empty();
          firstValues.close();
          List.of(learnable, statistics, counters).forEach(FlatValues::close);
        });
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
   * The {@link #version()} that last changed a value of the layer, or may have.
   *
   * @param layer what the names of its entries have before the last dot
   */
  public long version(String layer) {
    Objects.requireNonNull(layer, "layer");
    return layers.of(layer);
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
