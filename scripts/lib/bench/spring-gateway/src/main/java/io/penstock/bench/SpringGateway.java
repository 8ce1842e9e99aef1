// SPDX-License-Identifier: Apache-2.0
package io.penstock.bench;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts Spring Cloud Gateway with the one route of application.yaml. */
@SpringBootApplication
public class SpringGateway {

    /** Runs until the process is told to end. */
    public static void main(String[] args) {
        SpringApplication.run(SpringGateway.class, args);
    }
}
