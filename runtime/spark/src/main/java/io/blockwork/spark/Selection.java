package io.blockwork.spark;

/** Finds the k-th largest value without sorting all: Hoare's quickselect. */
final class Selection {
  private Selection() {}

  /**
   * The k-th largest value.
   *
   * @param values are moved about; no NaN
   * @param k from 1 to the number of values
   */
  static float largest(float[] values, int k) {
    int target = values.length - k;
    int low = 0;
    int high = values.length - 1;
    while (low < high) {
      float pivot = median(values[low], values[low + (high - low) / 2], values[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (values[i] < pivot) {
          i++;
        }
        while (values[j] > pivot) {
          j--;
        }
        if (i <= j) {
          float value = values[i];
          values[i++] = values[j];
          values[j--] = value;
        }
      }
      if (target <= j) {
        high = j;
      } else if (target >= i) {
        low = i;
      } else {
        return values[target];
      }
    }
    return values[low];
  }

  private static float median(float a, float b, float c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
