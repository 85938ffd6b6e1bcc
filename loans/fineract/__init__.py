"""The connector for Apache Fineract: read its REST API, map the answers to our rows, write them loan by loan."""
