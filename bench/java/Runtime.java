package bench;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Camunda's connector runtime, with what is on the class path. */
@SpringBootApplication
public class Runtime {
  public static void main(String[] arguments) {
    SpringApplication.run(Runtime.class, arguments);
  }
}
