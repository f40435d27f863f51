package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Records that are looked up by a {@code key()} written by hand: a component that it left out would
 * let one layer run with the code, or the weights, of another.
 */
class RecordKeysTest {
  private static List<Class<?>> withKeys() {
    List<Class<?>> found = new ArrayList<>();
    for (JavaClass each :
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.blockwork.engine")) {
      // A component may be called so, too.
      if (each.isRecord()
          && each.tryGetMethod("key").isPresent()
          && each.tryGetField("key").isEmpty()) {
        found.add(each.reflect());
      }
    }
    return found;
  }

  private static Object key(Object made) throws ReflectiveOperationException {
    Method key = made.getClass().getDeclaredMethod("key");
    key.setAccessible(true);
    return key.invoke(made);
  }

  private static Object make(Class<?> type, int seed) throws ReflectiveOperationException {
    if (type == int.class) {
      return 32 + 16 * seed;
    } else if (type == long.class) {
      return 1L << seed + 33;
    } else if (type == double.class) {
      return seed + 0.5;
    } else if (type == boolean.class) {
      return seed % 2 == 1;
    } else if (type == String.class) {
      return "name" + seed;
    } else if (type == Optional.class) {
      return Optional.of("norm" + seed);
    } else if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[seed % constants.length];
    }
    assertWithMessage("a value of %s", type).that(type.isRecord()).isTrue();
    return construct(type, arguments(type, seed));
  }

  private static Object[] arguments(Class<?> type, int seed) throws ReflectiveOperationException {
    RecordComponent[] components = type.getRecordComponents();
    Object[] values = new Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = make(components[i].getType(), seed);
    }
    return values;
  }

  private static Object construct(Class<?> type, Object... arguments)
      throws ReflectiveOperationException {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    Constructor<?> constructor = type.getDeclaredConstructor(types);
    constructor.setAccessible(true);
    return constructor.newInstance(arguments);
  }

  @Test
  void aKeyChangesWithEveryComponent() throws ReflectiveOperationException {
    List<Class<?>> types = withKeys();
    assertThat(types.size()).isAtLeast(7);
    for (Class<?> type : types) {
      Object key = key(make(type, 0));
      assertThat(key(make(type, 0))).isEqualTo(key);
      for (int i = 0; i < type.getRecordComponents().length; i++) {
        Object[] arguments = arguments(type, 0);
        arguments[i] = make(type.getRecordComponents()[i].getType(), 1);
        assertWithMessage("%s with another %s", type, type.getRecordComponents()[i].getName())
            .that(key(construct(type, arguments)))
            .isNotEqualTo(key);
      }
    }
  }
}
