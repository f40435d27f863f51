package io.blockwork.cuda;

import io.blockwork.cuda.driver.CudaException;
import io.blockwork.cuda.driver.Device;
import io.blockwork.cuda.driver.RecordedGraph;
import io.blockwork.cuda.driver.Stream;
import io.blockwork.cuda.driver.Timer;
import io.blockwork.io.NumberChecks;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/** What passes of inference and training have in common: memory, a stream, recorded graphs. */
final class BoundPass implements AutoCloseable {
  private final Session session;
  private final NetworkState state;
  private final Resources resources = new Resources();
  private final Stream stream;
  private final Arena arena;
  private final CudaTensor.Form form;
  private boolean closed;

  private BoundPass(
      Session session, NetworkState state, Parameters parameters, CudaTensor.Form form) {
    this.session = session;
    this.state = state;
    this.form = form;
    this.arena = new Arena();
    resources.add(arena, arena::close);
    resources.add(() -> {}, () -> state.release(parameters));
    Stream made;
    try {
      made = session.device().newStream();
    } catch (RuntimeException e) {
      resources.close();
      throw e;
    }
    this.stream = resources.add(made, made::close);
  }

  /** What binds a pass. */
  interface Binding<T> {
    /** Makes everything; what it takes is given back if it fails. */
    T bind(BoundPass pass);
  }

  /**
   * Binds a pass, as a whole or not at all.
   *
   * @throws OutOfMemoryError if the memory is not enough
   */
  static <T> T bind(
      Session session, NetworkState state, Parameters parameters, int batch, Binding<T> binding) {
    NumberChecks.positive("batch", batch);
    Device device = session.device();
    device.use();
    state.acquire(parameters);
    BoundPass pass =
        new BoundPass(session, state, parameters, new CudaTensor.Form(batch, session.numerics()));
    ReentrantLock lock = device.lock();
    lock.lock();
    try {
      return binding.bind(pass);
    } catch (CudaException e) {
      long bytes = pass.arena.bytes();
      closeAfter(pass, e);
      if (e.outOfMemory()) {
        throw OutOfDeviceMemoryError.of(batch, bytes, device.freeBytes(), device.name(), e);
      }
      throw e;
    } catch (RuntimeException | Error e) {
      closeAfter(pass, e);
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private static void closeAfter(BoundPass pass, Throwable failure) {
    try {
      pass.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  Session session() {
    return session;
  }

  NetworkState state() {
    return state;
  }

  Resources resources() {
    return resources;
  }

  Stream stream() {
    return stream;
  }

  Arena arena() {
    return arena;
  }

  CudaTensor.Form form() {
    return form;
  }

  /** A way between host and device. */
  Port port(CudaTensor tensor) {
    return new Port(session.device(), arena, resources, tensor);
  }

  /**
   * Runs the launches once, since first calls load code, which cannot be recorded; then records
   * them.
   */
  RecordedGraph record(List<Emitter.Launch> launches) {
    RecordedGraph graph = record(launches, launches);
    return resources.add(graph, graph::close);
  }

  /**
   * Records launches of which some have been run before; the caller closes the graph.
   *
   * @param fresh those that have not
   */
  RecordedGraph record(List<Emitter.Launch> fresh, List<Emitter.Launch> launches) {
    Device device = session.device();
    ReentrantLock lock = device.lock();
    lock.lock();
    try {
      device.libraries().cudnn().cudnnSetStream(device.cudnnHandle(), stream.handle());
      run(fresh);
      stream.await();
      return stream.record(() -> run(launches));
    } finally {
      lock.unlock();
    }
  }

  /** Puts the launches on the stream. */
  void run(List<Emitter.Launch> launches) {
    for (Emitter.Launch launch : launches) {
      try {
        launch.run().accept(stream);
      } catch (CudaException e) {
        throw e.at(SafeText.format("%s (%s)", launch.path(), launch.what()));
      }
    }
  }

  /**
   * The mean time of each launch by itself. It is recorded several times in a row, so that the time
   * that the host takes for a launch does not count.
   */
  List<KernelTime> profile(List<Emitter.Launch> launches, int repetitions) {
    use();
    List<KernelTime> times = new ArrayList<>();
    Device device = session.device();
    device.lock().lock();
    try (Timer timer = new Timer(device, stream)) {
      device.libraries().cudnn().cudnnSetStream(device.cudnnHandle(), stream.handle());
      List<Emitter.Launch> repeated = new ArrayList<>();
      for (Emitter.Launch launch : launches) {
        repeated.clear();
        repeated.addAll(Collections.nCopies(repetitions, launch));
        try (RecordedGraph graph = stream.record(() -> run(repeated))) {
          graph.launch(stream);
          stream.await();
          float sum = timer.milliseconds(() -> graph.launch(stream));
          times.add(
              new KernelTime(launch.path(), launch.what(), launch.bytes(), sum / repetitions));
        }
      }
    } finally {
      device.lock().unlock();
    }
    return times;
  }

  /** Called before a pass is used by the calling thread. */
  void use() {
    if (closed) {
      throw new IllegalStateException("this plan has been closed");
    }
    session.device().use();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      resources.close();
    }
  }
}
