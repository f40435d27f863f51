package io.blockwork.engine;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.nd4j.linalg.api.buffer.DataType;

/** Where engines are chosen, among those that {@link EngineProvider}s on the class path bring. */
public final class Engines {
  /** The system property that names the default engine. */
  public static final String PROPERTY = "blockwork.engine";

  private Engines() {}

  /**
   * The engine for networks that ask for nothing: {@link #create} with {@link
   * EngineOptions#defaults}.
   *
   * @param type data type of the network
   * @throws IllegalArgumentException if the property names no engine
   * @throws IllegalStateException if no engine is found
   */
  public static Engine byDefault(DataType type) {
    return create(EngineOptions.defaults(), type);
  }

  /**
   * The engine of that name, with {@link EngineOptions#defaults}.
   *
   * @param name {@code nd4j}, {@code onednn}, or that of an engine which another artifact brings
   * @throws IllegalArgumentException if there is none
   * @throws IllegalStateException if it cannot be loaded on this machine
   */
  public static Engine named(String name) {
    return provider(name).create(EngineOptions.named(name));
  }

  /**
   * Makes the engine that the options name; else the one that the system property {@value
   * #PROPERTY} names; else, of those that run networks of the type, the fastest that works on this
   * machine and can do what is asked for.
   *
   * @param type data type of the network
   * @throws IllegalArgumentException if no engine has that name, or it does not run networks of
   *     that type
   * @throws UnsupportedOperationException if no engine, or not the one that was named, can do what
   *     the options ask for; the message says why
   * @throws IllegalStateException if no engine is found, or the named one cannot be loaded on this
   *     machine
   */
  public static Engine create(EngineOptions options, DataType type) {
    Optional<String> name =
        options.name().or(() -> Optional.ofNullable(System.getProperty(PROPERTY)));
    Engine made =
        name.filter(given -> !given.isEmpty())
            .map(given -> named(given, options, type))
            .orElseGet(() -> fastest(options, type));
    if (options.quantization().isPresent() && !made.quantizes()) {
      ProcessWarnings.say(
          SafeText.format(
              "the engine %s has no kernels of 8-bit integers: networks predict in floats",
              made.name()));
    }
    return made;
  }

  private static Engine named(String name, EngineOptions options, DataType type) {
    EngineProvider provider = provider(name);
    if (!provider.runs(type)) {
      throw new IllegalArgumentException(
          SafeText.format(
              "the engine %s does not run networks of type %s; choose another data type, or another engine (%s)",
              name, type, names(running(type))));
    }
    return provider.create(options);
  }

  private static Engine fastest(EngineOptions options, DataType type) {
    List<String> refusals = new ArrayList<>();
    List<String> unavailable = new ArrayList<>();
    for (EngineProvider provider : running(type)) {
      Optional<String> why = provider.unavailable();
      if (why.isPresent()) {
        unavailable.add(SafeText.format("%s cannot be loaded: %s", provider.name(), why.get()));
        continue;
      }
      try {
        Engine engine = provider.create(options);
        unavailable.forEach(
            reason ->
                ProcessWarnings.say(
                    SafeText.format(
                        "%s; using the slower engine %s instead", reason, provider.name())));
        return engine;
      } catch (UnsupportedOperationException e) {
        refusals.add(SafeText.format("%s: %s", provider.name(), e.getMessage()));
      }
    }
    refusals.addAll(unavailable);
    throw new UnsupportedOperationException(
        SafeText.format(
            "no engine here runs a network of type %s with these options (%s)",
            type, String.join("; ", refusals)));
  }

  /**
   * A line for each engine that is found, the fastest first: what it computes with, or why it
   * cannot run here. For bug reports; it fails for no reason.
   */
  public static List<String> describe() {
    List<String> lines = new ArrayList<>();
    FoundEngines found = FoundEngines.look();
    found.providers().stream()
        .sorted(Comparator.comparingInt(EngineProvider::rank).reversed())
        .forEach(provider -> lines.add(describe(provider)));
    found.failures().forEach(failure -> lines.add("cannot be loaded: " + SafeText.of(failure)));
    return lines;
  }

  private static String describe(EngineProvider provider) {
    try {
      return provider
          .unavailable()
          .map(why -> SafeText.format("%s cannot run here: %s", provider.name(), why))
          .orElseGet(() -> SafeText.format("%s: %s", provider.name(), provider.describe()));
    } catch (RuntimeException | LinkageError e) {
      return SafeText.format("%s cannot be asked: %s", provider.name(), e);
    }
  }

  /**
   * An engine that can look at single layers: the given one, else the fastest that is found.
   *
   * @param type data type of the network
   * @throws IllegalStateException if there is none
   */
  public static Engine inspecting(Engine own, DataType type) {
    if (own.inspectsLayers()) {
      return own;
    }
    return running(type).stream()
        .filter(provider -> provider.unavailable().isEmpty())
        .map(provider -> provider.create(EngineOptions.defaults()))
        .filter(Engine::inspectsLayers)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    SafeText.format(
                        "no engine here can inspect single layers of a network of type %s; nd4j can, but was not found among %s",
                        type, names(found()))));
  }

  private static EngineProvider provider(String name) {
    List<EngineProvider> found = found();
    for (EngineProvider provider : found) {
      if (provider.name().equals(name)) {
        return provider;
      }
    }
    throw new IllegalArgumentException(
        SafeText.format(
            "engine: expected %s, got %s%s",
            names(found),
            name,
            name.equals("cuda") ? "; that one is brought by io.blockwork:blockwork-cuda" : ""));
  }

  private static List<EngineProvider> running(DataType type) {
    return found().stream().filter(provider -> provider.runs(type)).toList();
  }

  private static String names(List<EngineProvider> providers) {
    return providers.stream()
        .map(EngineProvider::name)
        .sorted()
        .collect(Collectors.joining(" or "));
  }

  /** Every provider, the fastest first; there is at least one. */
  private static List<EngineProvider> found() {
    FoundEngines found = FoundEngines.look();
    if (found.providers().isEmpty()) {
      throw new IllegalStateException(found.whyNone());
    }
    List<EngineProvider> sorted = new ArrayList<>(found.providers());
    sorted.sort((a, b) -> Integer.compare(b.rank(), a.rank()));
    return sorted;
  }
}
