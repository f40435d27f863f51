package io.blockwork.engine;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The providers that a search has found, one a name, and what kept it from loading others.
 *
 * <p>The search begins with the loader of Blockwork's own classes, which is right in a shaded jar,
 * in modules and in threads without a context class loader, and goes on with the thread's: servers
 * load plug-ins, and Spark its jobs, by loaders below the one that has Blockwork.
 */
record FoundEngines(List<EngineProvider> providers, List<String> failures) {
  /** Looks for providers. They are few, and looked for once a network: nothing is remembered. */
  static FoundEngines look() {
    FoundEngines found = new FoundEngines(new ArrayList<>(), new ArrayList<>());
    Optional<ClassLoader> own = Optional.ofNullable(EngineProvider.class.getClassLoader());
    Optional<ClassLoader> context =
        Optional.ofNullable(Thread.currentThread().getContextClassLoader());
    own.ifPresent(found::look);
    if (!context.equals(own)) {
      context.ifPresent(found::look);
    }
    return found;
  }

  private void look(ClassLoader loader) {
    Iterator<EngineProvider> all = ServiceLoader.load(EngineProvider.class, loader).iterator();
    while (true) {
      try {
        if (!all.hasNext()) {
          return;
        }
        EngineProvider provider = all.next();
        if (!has(provider.name())) {
          providers.add(provider);
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        // One artifact that is broken does not take the others' engines away.
        failures.add(e.toString());
        ProcessWarnings.say("an engine cannot be loaded: " + e);
      }
    }
  }

  private boolean has(String name) {
    for (EngineProvider provider : providers) {
      if (provider.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** The message for a search that has found nothing. */
  String whyNone() {
    String service = EngineProvider.class.getName();
    return SafeText.format(
        """
    no engine was found. Engines are named in META-INF/services/%s, and blockwork-runtime's jar has this file: \
    if it was packed into another jar, have such files merged (the maven-shade-plugin's ServicesResourceTransformer, \
    mergeServiceFiles() of Gradle's shadow plugin); a native image needs it among its resources%s\
    """,
        service, failures.isEmpty() ? "" : ". What failed: " + String.join("; ", failures));
  }
}
