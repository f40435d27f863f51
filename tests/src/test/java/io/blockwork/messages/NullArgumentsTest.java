package io.blockwork.messages;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import io.blockwork.messages.PublicApi.Call;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Passes null for every reference that users can pass, one at a time: it is refused at once, and
 * the message names the argument, by a check or as Java tells of what it could not use.
 */
final class NullArgumentsTest {
  @Test
  void nullIsRefusedAtOnceAndByName(@TempDir Path folder) throws Exception {
    List<String> wrong = new ArrayList<>();
    int asked = 0;
    try (Samples samples = new Samples(folder)) {
      for (Call call : PublicApi.calls()) {
        Optional<Object> instance = samples.instance(call);
        if (!Samples.canRun(call, instance)) {
          continue;
        }
        Parameter[] parameters = call.member().getParameters();
        for (int i = 0; i < parameters.length; i++) {
          if (!parameters[i].getType().isPrimitive()) {
            asked++;
            answer(call, instance, i, samples).ifPresent(wrong::add);
          }
        }
      }
    }
    assertThat(asked).isAtLeast(400);
    assertWithMessage(String.join("\n", wrong)).that(wrong).isEmpty();
  }

  /** What happens instead of the right exception. */
  private static Optional<String> answer(
      Call call, Optional<Object> instance, int index, Samples samples)
      throws IllegalAccessException, InstantiationException {
    String name = call.member().getParameters()[index].getName();
    @Nullable Object[] arguments = samples.arguments(call.member().getParameterTypes());
    arguments[index] = null;
    String happened = "accepted";
    try {
      call.run(instance, arguments);
    } catch (InvocationTargetException e) {
      Throwable thrown = e.getTargetException();
      if (thrown instanceof NullPointerException && names(thrown, name)) {
        return Optional.empty();
      }
      happened = thrown.toString();
    }
    return Optional.of(call + ": " + name + ": " + happened);
  }

  private static boolean names(Throwable thrown, String argument) {
    String message = String.valueOf(thrown.getMessage());
    return message.equals(argument)
        || Pattern.compile("because \"(this\\.)?" + argument + "[\".]").matcher(message).find();
  }
}
